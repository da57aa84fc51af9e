/** What people may ask of whoever holds their data: erasure and its evidence. */
export { resealEvidence } from './evidence-record.js';
export { Rights } from './rights.js';
