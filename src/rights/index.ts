/** What people may ask of whoever holds their data: erasure and its evidence. */
export { Rights } from './rights.js';
