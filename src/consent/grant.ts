import type { Purpose } from '../domain/people.js';

/** What a grant says. */
export interface GrantTerms {
  readonly tenantId: string;
  readonly speakerRef: string;
  readonly speakerId: string;
  readonly purpose: Purpose;
  /** The consent event that it rests on. */
  readonly eventId: string;
  /** From when on it is in force; speech from before it is not enrolled. */
  readonly since: Date;
  /** When the person gave it; before `since` where it was entered late. */
  readonly givenAt: Date;
  /** When it ends by itself; null: not set. */
  readonly expiresAt: Date | null;
}

let make: (terms: GrantTerms) => Grant;

/**
 * The answer of the gate that there is a ground: whoever opens or makes a voiceprint must show one. Nobody but the gate
 * can make one: the constructor is private, and the function below goes to the gate alone.
 */
export class Grant implements GrantTerms {
  readonly tenantId: string;
  readonly speakerRef: string;
  readonly speakerId: string;
  readonly purpose: Purpose;
  readonly eventId: string;
  readonly since: Date;
  readonly givenAt: Date;
  readonly expiresAt: Date | null;

  /** Nothing that merely looks like a grant has it: the compiler refuses a look-alike. */
  private readonly fromTheGate = true;

  private constructor(terms: GrantTerms) {
    this.tenantId = terms.tenantId;
    this.speakerRef = terms.speakerRef;
    this.speakerId = terms.speakerId;
    this.purpose = terms.purpose;
    this.eventId = terms.eventId;
    this.since = terms.since;
    this.givenAt = terms.givenAt;
    this.expiresAt = terms.expiresAt;
  }

  static {
    make = (terms) => new Grant(terms);
  }
}

/** For gate.ts; the folder's door does not show it. */
export function makeGrant(terms: GrantTerms): Grant {
  return make(terms);
}
