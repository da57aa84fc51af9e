/** What people may ask of whoever holds their data: erasure and its evidence, and a copy of everything. */
export { consentHistory } from './consent-history.js';
export { eraseSpeaker } from './erase-speaker.js';
export { resealEvidence } from './evidence-record.js';
export type { ExportedFile } from './export/archive.js';
export { Rights } from './rights.js';
