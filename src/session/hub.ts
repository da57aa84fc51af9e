import type { CallEvent } from '../domain/event.js';
import { EventQueue } from './event-queue.js';

/** Hands the events of this process's calls to whoever follows them. */
export class CallHub {
  readonly #followers = new Map<string, Set<EventQueue>>();

  /** Follows a call from now on. Give the queue back with `unfollow`. */
  follow(key: string): EventQueue {
    const queue = new EventQueue();
    const queues = this.#followers.get(key) ?? new Set();
    queues.add(queue);
    this.#followers.set(key, queues);
    return queue;
  }

  /** No more events for this queue; what waits in it stays. */
  unfollow(key: string, queue: EventQueue): void {
    const queues = this.#followers.get(key);
    queues?.delete(queue);
    if (queues?.size === 0) this.#followers.delete(key);
  }

  publish(key: string, event: CallEvent): void {
    for (const queue of this.#followers.get(key) ?? []) queue.push(event);
  }
}
