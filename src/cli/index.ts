/** The `vouch` command. */
export { run } from './program.js';
