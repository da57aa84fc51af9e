/** Calls and recordings: the one place where the stages are composed. */
export { Attempts } from './attempts.js';
export { adaptFromCall } from './adapt-from-call.js';
export { CallCalibrations } from './call-calibrations.js';
export { CallCommands, type CarryOut } from './call-commands.js';
export { CallControl } from './call-control.js';
export { CallRequests } from './call-requests.js';
export { CallStore } from './call-store.js';
export type { CallStream } from './call-stream.js';
export type { CallsParts } from './ports.js';
export {
  allOf,
  type CallsObserver,
  type OpenedStream,
  type StreamObserver,
  type StreamSummary,
} from './observer.js';
export { Calls } from './calls.js';
export { ControlPoller } from './control-poller.js';
export { Janitor } from './janitor.js';
export { openDossiers } from './dossiers.js';
export { enrolFromCall, type CallToEnrol } from './enrol-from-call.js';
export { EnrolmentLanes } from './enrolment-lanes.js';
export { EnrolmentRows, type EnrolmentRowsParts } from './enrolment-rows.js';
export { ImportFolder } from './import-folder.js';
export { Overrides } from './overrides.js';
export { RecordingStore } from './recording-store.js';
export type { RecordingToEnrol } from './recording-enrolment.js';
export { Recordings, type RecordingToVerify } from './recordings.js';
export { Replica } from './replica.js';
export { showTrustPhrase } from './trust-phrase.js';
export { watchCall } from './watch.js';
