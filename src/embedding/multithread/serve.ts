import type { MessagePort } from 'node:worker_threads';
import { loadModels } from '../load-models.js';
import type { LocalListener, LocalStream } from '../local-stream.js';
import { SingleThreadExtractor } from '../single-thread.js';
import {
  errorToMessage,
  type FromWorker,
  type RecordingEvent,
  type StreamEvent,
  type StreamNews,
  type ToWorker,
  type WorkerOptions,
} from './messages.js';

/**
 * Serves the pool at the other end of `port` with a single-thread extractor, until it is told to shut down; then the
 * port is closed, and with it the thread ends by itself. Resolves once it serves, or has said that it cannot.
 */
export async function serve(port: MessagePort, options: WorkerOptions): Promise<void> {
  const post = (message: FromWorker): void => {
    port.postMessage(message);
  };
  try {
    const models = await loadModels(options.modelsDir, options.precision, options.spaces);
    const extractor = new SingleThreadExtractor(models, options.recordingLimits);
    // Messages that came meanwhile waited in the port.
    const server = new PoolServer(port, extractor, post);
    port.on('message', (message: ToWorker) => {
      server.receive(message);
    });
    const { spaces, countermeasure } = extractor;
    post({ kind: 'ready', spaces, countermeasure, precision: models.precision });
  } catch (error) {
    post({ kind: 'unusable', error: errorToMessage(error) });
    port.close();
  }
}

/** How long what nobody waits for waits for more, ms. */
const WAIT_MS = 20;

interface ServedStream {
  readonly stream: LocalStream;
  epoch: number;
  pushedBytes: number;
  /** As told last. */
  takenBytes: number;
}

/** Translates messages into calls of the extractor, and what it tells into events, gathered for each turn. */
class PoolServer {
  readonly #streams = new Map<number, ServedStream>();
  readonly #recordings = new Map<number, AbortController>();
  #events: (StreamEvent | RecordingEvent)[] = [];
  /** Bytes taken by each stream that has taken any since it was told last. */
  readonly #taken = new Map<number, number>();
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;

  constructor(
    private readonly port: MessagePort,
    private readonly extractor: SingleThreadExtractor,
    private readonly post: (message: FromWorker) => void,
  ) {}

  receive(message: ToWorker): void {
    switch (message.kind) {
      case 'open':
        this.#open(message);
        return;
      case 'audio':
        this.#receiveAudio(message);
        return;
      case 'analyse':
        void this.#analyse(message);
        return;
      case 'abort':
        this.#recordings.get(message.recording)?.abort();
        return;
      case 'ping':
        this.post({ kind: 'pong', lagMs: this.extractor.lagMs, stages: this.extractor.takeStageTimes() });
        return;
      case 'shutdown':
        void this.extractor.close().then(() => {
          this.port.close();
        });
        return;
      default: {
        // A stream that failed here may still be sent to.
        const served = this.#streams.get(message.stream);
        if (served) this.#receiveFor(served, message);
      }
    }
  }

  #receiveAudio({ pieces, bytes }: Extract<ToWorker, { kind: 'audio' }>): void {
    let at = 0;
    for (let i = 0; i < pieces.length; i += 2) {
      const served = this.#streams.get(pieces[i]!);
      const length = pieces[i + 1]!;
      const piece = bytes.subarray(at, at + length);
      at += length;
      if (!served) continue;
      served.pushedBytes += length;
      // The pool holds its callers back itself; a failure is told as such.
      served.stream.push(piece).catch(() => undefined);
    }
  }

  #receiveFor(served: ServedStream, message: Extract<ToWorker, { stream: number }>): void {
    const { stream } = served;
    if (message.kind === 'gap') stream.gap(message.ms);
    else if (message.kind === 'compute') stream.compute(message.spaces);
    else if (message.kind === 'skip') stream.skip(message.byteCount);
    else if (message.kind === 'urgency') stream.setUrgency(message.urgency);
    else if (message.kind === 'discard') {
      served.epoch = message.epoch;
      stream.discard(message.delivered);
    } else if (message.kind === 'finish') void this.#finish(message.stream, served);
    else if (message.kind === 'close') {
      this.#streams.delete(message.stream);
      stream.close();
    }
  }

  #open({ stream: id, format, startMs }: Extract<ToWorker, { kind: 'open' }>): void {
    const tell = (news: StreamNews): void => {
      this.#tell({ ...news, stream: id, epoch: served.epoch });
    };
    const listener: LocalListener = {
      onWindow: (window) => {
        tell({ kind: 'window', window });
      },
      onProgress: (progress) => {
        tell({ kind: 'progress', progress });
      },
      onQueuedBytes: (queuedBytes) => {
        const takenBytes = served.pushedBytes - queuedBytes;
        if (takenBytes === served.takenBytes) return;
        served.takenBytes = takenBytes;
        this.#taken.set(id, takenBytes);
        this.#postWithin(WAIT_MS);
      },
      onFailure: (error) => {
        tell({ kind: 'failed', error: errorToMessage(error) });
        this.#streams.delete(id);
      },
    };
    const stream = this.extractor.open(format, listener, { startMs });
    const served: ServedStream = { stream, epoch: 0, pushedBytes: 0, takenBytes: 0 };
    this.#streams.set(id, served);
  }

  async #finish(id: number, served: ServedStream): Promise<void> {
    const error = await served.stream.finish().then(() => undefined, errorToMessage);
    // Told as a failure, or closed, already.
    if (!this.#streams.delete(id)) return;
    this.#tell({ kind: 'finished', stream: id, epoch: served.epoch, error });
  }

  async #analyse({ recording, input }: Extract<ToWorker, { kind: 'analyse' }>): Promise<void> {
    const abort = new AbortController();
    this.#recordings.set(recording, abort);
    try {
      const speech = await this.extractor.analyseRecording(input, abort.signal);
      this.#tell({ kind: 'analysed', recording, speech });
    } catch (error) {
      // Nobody waits for one that was aborted.
      if (!abort.signal.aborted) this.#tell({ kind: 'refused', recording, error: errorToMessage(error) });
    } finally {
      this.#recordings.delete(recording);
    }
  }

  #tell(event: StreamEvent | RecordingEvent): void {
    this.#events.push(event);
    this.#postWithin(event.kind === 'progress' ? WAIT_MS : 0);
  }

  /** Many streams have something to tell in a turn, and decisions wait for windows only: the rest is posted together. */
  #postWithin(ms: number): void {
    if (ms > 0) {
      this.#timer ??= setTimeout(this.#post, ms);
    } else {
      this.#immediate ??= setImmediate(this.#post);
    }
  }

  readonly #post = (): void => {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#timer = this.#immediate = undefined;
    const taken = Float64Array.from([...this.#taken].flat());
    this.#taken.clear();
    this.post({ kind: 'events', taken, events: this.#events.splice(0) });
  };
}
