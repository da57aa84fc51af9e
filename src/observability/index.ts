/** What operators see. */
export { createLog, type Logger } from './log.js';
export { loggedFailure, type LoggedFailure } from './failure.js';
