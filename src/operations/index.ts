/** Watching the service at work: lists of calls, counts over time, processes. Nothing here names a speaker. */
export { Activities, type Activity } from './activities.js';
export { CallLists, type CallListFilter, type ListedCall } from './call-lists.js';
export { Installation, type InstallationState, type ReplicaState } from './installation.js';
