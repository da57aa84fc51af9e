/** What operators see. */
export { CallLog, together } from './call-log.js';
export { createLog, type Logger } from './log.js';
export { loggedFailure, type LoggedFailure } from './failure.js';
export { Metrics } from './metrics/metrics.js';
export type { BackgroundWork } from './metrics/background.js';
export type { ServiceState } from './metrics/state.js';
export { openTraces } from './open-traces.js';
export { serveMetrics } from './metrics-server.js';
