/** Speakers from one installation to another: sealed for the receiver, signed by the sender, one record a speaker. */
export { SpeakerExport, type ExportPart } from './export.js';
export { SpeakerImport, type ImportPart } from './import.js';
export { resealTransferKey, TransferKeys, type CreatedTransferKey } from './keys.js';
export type { ReceiverKey } from './sealed-file.js';
