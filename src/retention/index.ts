/** How long things are kept, and what takes them away. */
export { Retention } from './retention.js';
export { RetentionTimer } from './timer.js';
