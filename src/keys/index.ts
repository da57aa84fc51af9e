/** The speakers' data keys, and the epoch keys that they are wrapped under: made, rotated, destroyed. */
export {
  createSpeakerKey,
  isUnreadable,
  openSpeakerKey,
  openSpeakerKeys,
  reencryptSpeaker,
  usableEpoch,
  type Reseal,
} from './data-keys.js';
export { KeyKeeper } from './key-keeper.js';
export { KeyWork, type KeyWorkDone } from './key-work.js';
export { Keys, type KeyActor, type KeyEpoch, type KeysParts, type KeyStatus } from './keys.js';
export { unrecoverableAfter } from './unrecoverable-after.js';
