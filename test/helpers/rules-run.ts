import { deepStrictEqual, ok } from 'node:assert/strict';
import type { DecisionKind } from '../../src/domain/decision.js';
import type { CallStream } from '../../src/session/index.js';
import { said } from './made-up-speech.js';
import { HeardClaim, Person, TERM_DAYS } from './rules-model.js';
import { PEOPLE, type Name, type Step } from './rules-steps.js';
import type { RulesTenant, RulesWorld } from './rules-world.js';

/** Past the backup retention of a tenant that has said nothing of it. */
const BACKUPS_EXPIRE_AFTER_MS = 36 * 86_400_000;

const COMPARED: ReadonlySet<DecisionKind> = new Set(['ACCEPT', 'REJECT', 'INCONCLUSIVE']);

interface RunningCall {
  readonly stream: CallStream;
  readonly voice: number;
  readonly openedAt: number;
  readonly claims: ReadonlyMap<Name, HeardClaim>;
}

/** One sequence, done to the service and to the model, which are held together after every step. */
export class RulesRun {
  readonly #people = new Map<Name, Person>(PEOPLE.map((name) => [name, new Person()]));
  #call: RunningCall | undefined;
  #erased = new Set<Name>();
  #everHeld = new Set<Name>();

  private constructor(
    private readonly world: RulesWorld,
    private readonly tenant: RulesTenant,
  ) {}

  /** Throws where service and model differ. */
  static async of(world: RulesWorld, steps: readonly Step[]): Promise<void> {
    const tenant = await world.tenant();
    await tenant.keepFor(TERM_DAYS);
    const run = new RulesRun(world, tenant);
    try {
      for (const step of steps) {
        world.clock.advance(1000);
        await run.#do(step);
        ok(await world.poller.poke(), String(world.failures));
        await run.#check();
      }
    } finally {
      await run.#hangUp();
    }
    await run.#checkRest();
    await run.#checkKeys();
  }

  get #now(): number {
    return this.world.clock.now().getTime();
  }

  #person(name: Name): Person {
    return this.#people.get(name)!;
  }

  async #do(step: Step): Promise<void> {
    const { tenant, world } = this;
    switch (step.do) {
      case 'grant': {
        const expiresAt = step.forMs === null ? null : world.clock.in(step.forMs);
        const until = expiresAt?.getTime() ?? Infinity;
        const expected = this.#person(step.who).grants(this.#now, until, step.liftsOptOut);
        deepStrictEqual(await tenant.grant(step.who, expiresAt, step.liftsOptOut), expected);
        return;
      }
      case 'withdraw':
        deepStrictEqual(await tenant.withdraw(step.who), this.#person(step.who).withdraws(this.#now));
        return;
      case 'optOut':
        deepStrictEqual(await tenant.optOut(step.who), this.#person(step.who).optsOut(this.#now));
        return;
      case 'erase':
        await this.#erase(step.who);
        return;
      case 'state': {
        const { states } = this.#person(step.who);
        if (step.inForce) states.add(step.state);
        else states.delete(step.state);
        if (step.state === 'LEGAL_HOLD') this.#everHeld.add(step.who);
        await tenant.setState(step.who, step.state, step.inForce);
        return;
      }
      case 'reencrypt': {
        const expected = this.#person(step.who).known ? 'none' : 'SPEAKER_NOT_FOUND';
        deepStrictEqual(await tenant.reencrypt(step.who), expected);
        return;
      }
      case 'retention':
        for (const [name, person] of this.#people) if (person.isVisited(this.#now)) this.#erased.add(name);
        await tenant.runRetention();
        return;
      case 'rotate':
        await tenant.rotate();
        return;
      case 'enrol':
        await this.#enrol(step.who, step.waitingMs);
        return;
      case 'call':
        await this.#dial(step.claims, step.voice);
        return;
      case 'say':
        await this.#say();
        return;
      case 'hangUp':
        await this.#hangUp();
        return;
      case 'wait':
        world.clock.advance(step.ms);
    }
  }

  async #erase(who: Name): Promise<void> {
    const expected = this.#person(who).isErased();
    const reason = await this.tenant.erase(who);
    // Of somebody who is not known there may be an opt-out's key, or claims of their id.
    if (expected === 'SPEAKER_NOT_FOUND') ok(['none', 'SPEAKER_NOT_FOUND', 'SPEAKER_HELD'].includes(reason));
    else deepStrictEqual(reason, expected);
    if (reason === 'none') this.#erased.add(who);
  }

  async #enrol(who: Name, waitingMs: number): Promise<void> {
    const person = this.#person(who);
    const may = !person.optedOut && person.mayBeCompared(this.#now);
    deepStrictEqual(await this.tenant.enrol(who, waitingMs), may);
    if (may) person.isEnrolled(this.#now, waitingMs);
  }

  async #dial(claims: readonly Name[], voice: number): Promise<void> {
    await this.#hangUp();
    const stream = await this.tenant.call(claims);
    void drain(stream);
    this.#call = {
      stream,
      voice,
      openedAt: this.#now,
      claims: new Map(claims.map((name) => [name, new HeardClaim(this.#person(name))])),
    };
  }

  async #say(): Promise<void> {
    if (!this.#call) return;
    await this.#call.stream.audio(said(this.#call.voice), 0);
    for (const claim of this.#call.claims.values()) claim.hears(this.#now);
  }

  async #hangUp(): Promise<void> {
    await this.#call?.stream.end('hang-up');
    this.#call = undefined;
  }

  async #check(): Promise<void> {
    for (const [name, person] of this.#people) {
      const { known, optedOut, grant, voiceprints, pending } = await this.tenant.dossier(name);
      const may = !person.optedOut && person.mayBeCompared(this.#now);
      deepStrictEqual(
        { known, optedOut, granted: grant !== null, inUse: voiceprints.length, pending },
        {
          known: person.known,
          optedOut: person.optedOut,
          granted: may,
          inUse: may ? person.inUse(this.#now) : 0,
          pending: may ? person.waiting(this.#now) : 0,
        },
        name,
      );
    }
    this.#checkCall();
  }

  #checkCall(): void {
    if (!this.#call) return;
    const [live] = this.world.calls.live;
    const decision = live!.session.evaluate(null);
    const standing = live!.session.assessment.current;
    deepStrictEqual(decision.claims.length, this.#call.claims.size);
    for (const { speakerId, kind } of decision.claims) this.#checkClaim(speakerId as Name, kind);
    // What was told last may be older, but never of somebody who may not be compared any more.
    for (const { speakerId, kind } of standing?.claims ?? []) {
      const person = this.#person(speakerId as Name);
      ok(
        !COMPARED.has(kind) || (!person.optedOut && person.mayBeCompared(this.#now)),
        `${speakerId} ${kind}`,
      );
    }
  }

  #checkClaim(name: Name, kind: DecisionKind): void {
    const { claims, voice, openedAt } = this.#call!;
    const heard = claims.get(name)!.heard(this.#now);
    const person = this.#person(name);
    const expected = person.told(this.#now, heard);
    const told = COMPARED.has(kind) ? 'COMPARED' : kind;
    const own = PEOPLE.indexOf(name) === voice;
    // A voiceprint whose time comes during a call may count in it, or in the next one.
    const ripened = person.hasRipened(openedAt, this.#now) && kind === 'SPEAKER_NOT_ENROLLED';
    this.world.seen.add(expected);
    if (!ripened) deepStrictEqual(told, expected, `${name} after ${heard} windows`);
    ok(kind !== (own ? 'REJECT' : 'ACCEPT'), `${name} ${kind}, own voice: ${own}`);
    if (own && heard >= 3 && !ripened && expected === 'COMPARED') deepStrictEqual(kind, 'ACCEPT');
  }

  /** What is left in the end: of everybody who was erased the evidence, of the others what they agreed to. */
  async #checkRest(): Promise<void> {
    const rows = new Map((await this.tenant.rows()).map((row) => [row.who, row.voiceprints]));
    for (const [name, person] of this.#people) {
      deepStrictEqual(rows.has(name), person.known, name);
      if (person.known && !this.#everHeld.has(name)) deepStrictEqual(rows.get(name), person.prints.length);
      const evidence = this.#erased.has(name) ? 'none' : 'EVIDENCE_NOT_FOUND';
      deepStrictEqual(await this.tenant.evidence(name), evidence);
    }
    const verified = await this.tenant.verifyChain();
    ok(!('problem' in verified), JSON.stringify(verified));
  }

  /** When all backups have expired one key is left in the keyring, and it opens what everybody agreed to. */
  async #checkKeys(): Promise<void> {
    await this.tenant.rotate();
    this.world.clock.advance(BACKUPS_EXPIRE_AFTER_MS);
    deepStrictEqual((await this.tenant.destroyExpired()).length, 1);
    for (const [name, person] of this.#people) {
      const { voiceprints } = await this.tenant.dossier(name);
      const expected = person.mayBeCompared(this.#now) ? person.inUse(this.#now) : 0;
      deepStrictEqual(voiceprints.length, expected, name);
    }
  }
}

async function drain({ events }: CallStream): Promise<void> {
  for await (const { replayed } of events) ok(!replayed, 'Nothing is replayed to a new stream.');
}
