import type { GaugeSource } from './gauges.js';

/** What the process is like now, as metrics tell it. Times are ms here and seconds there. */
export interface ServiceState {
  readonly liveCalls: number;
  readonly maximumCalls: number;
  /** How long audio waits for the models, ms. */
  readonly queueDelayMs: number;
  /** How late the main thread was over the last second, on average, ms. */
  readonly threadDelayMs: number;
  readonly isBusy: boolean;
  readonly isFull: boolean;
  /** Changes of state that wait for the database. */
  readonly unwritten: number;
  readonly connections: {
    readonly limit: number;
    readonly open: number;
    readonly idle: number;
    readonly waiting: number;
  };
  /** When the first of the certificates ends; undefined where there are none. */
  readonly certificateEndsAt: Date | undefined;
  /** Undefined until it is known. */
  readonly keys: { readonly oldestAt: Date | null; readonly unreadable: number } | undefined;
}

/** The gauges of a service. */
export function stateGauges(state: () => ServiceState): GaugeSource[] {
  const yes = (is: boolean): number => (is ? 1 : 0);
  const seconds = (at: Date | null | undefined) => (at ? at.getTime() / 1000 : undefined);
  return [
    ['vouch_live_calls', 'Calls that this process serves.', () => state().liveCalls],
    ['vouch_live_calls_limit', 'Calls that it serves at most.', () => state().maximumCalls],
    [
      'vouch_queue_delay_seconds',
      'How long audio of calls waits for the models.',
      () => state().queueDelayMs / 1000,
    ],
    [
      'vouch_event_loop_delay_seconds',
      'How late the main thread is, mean of the last second.',
      () => state().threadDelayMs / 1000,
    ],
    ['vouch_busy', '1 while decided calls are listened to less.', () => yes(state().isBusy)],
    ['vouch_overloaded', '1 while no call may begin.', () => yes(state().isFull)],
    [
      'vouch_unwritten_changes',
      'Changes of state of calls that wait for the database.',
      () => state().unwritten,
    ],
    ['vouch_database_connections_limit', 'Connections at most.', () => state().connections.limit],
    ['vouch_database_connections', 'Connections that are open.', () => state().connections.open],
    ['vouch_database_connections_idle', 'Of them, idle.', () => state().connections.idle],
    ['vouch_database_waiting', 'Transactions that wait for a connection.', () => state().connections.waiting],
    [
      'vouch_oldest_key_created_timestamp_seconds',
      'When the oldest epoch key in use was made, over all tenants.',
      () => seconds(state().keys?.oldestAt),
    ],
    [
      'vouch_certificate_expiry_timestamp_seconds',
      'When the first of the certificates of VOUCH_TLS_CERT_FILE and VOUCH_TLS_CLIENT_CA_FILE ends.',
      () => seconds(state().certificateEndsAt),
    ],
    ['vouch_unreadable_data_keys', 'Data keys that do not open.', () => state().keys?.unreadable],
  ];
}

/** The process, under the names that Prometheus clients give it. */
export function processGauges(): GaugeSource[] {
  const startedAt = Date.now() / 1000 - process.uptime();
  return [
    ['process_start_time_seconds', 'When the process started.', () => startedAt],
    ['process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss()],
    ['nodejs_heap_size_used_bytes', 'Heap of the main thread in use.', () => process.memoryUsage().heapUsed],
    [
      'nodejs_external_memory_bytes',
      'Memory outside the heap: buffers of audio.',
      () => process.memoryUsage().external,
    ],
  ];
}
