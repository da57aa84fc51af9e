import type { PropertyValues } from 'lit';
import { ApiError } from '../../shared/api-error.js';
import { property } from 'lit/decorators.js';
import type { Load } from '../shell/load.js';
import { Part } from '../shell/part.js';

/** A part of the page of one person. What one part changes the others read anew. */
export abstract class SpeakerPart extends Part {
  @property() speakerId = '';
  /** Counts what was changed. */
  @property({ type: Number }) turn = 0;

  /** What the part reads. */
  protected abstract readonly load: Load<unknown>;

  /** To be called once something was changed. */
  protected changed(): void {
    this.dispatchEvent(new CustomEvent('vouch-changed', { bubbles: true, composed: true }));
  }

  protected override updated(changes: PropertyValues<this>): void {
    if (changes.get('turn') !== undefined) void this.load.reload();
  }
}

/** What a reading gives, or something else for somebody who is not known. */
export async function unlessUnknown<T, Else>(reading: Promise<T>, otherwise: Else): Promise<T | Else> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof ApiError && error.reason === 'SPEAKER_NOT_FOUND') return otherwise;
    throw error;
  }
}
