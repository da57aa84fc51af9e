/** What operators see. */
export { createLog, type Logger } from './log.js';
