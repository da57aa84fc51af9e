import type { PropertyValues } from 'lit';
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
