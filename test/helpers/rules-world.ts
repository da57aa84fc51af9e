import { randomUUID } from 'node:crypto';
import type { ExecutionContext } from 'ava';
import { Audit } from '../../src/audit/index.js';
import { SpeakerStates } from '../../src/consent/index.js';
import type { CallStart } from '../../src/domain/call.js';
import type { Principal } from '../../src/domain/principal.js';
import type { RetentionKind } from '../../src/domain/retention.js';
import type { SpeakerState } from '../../src/domain/rights.js';
import { Keys, KeyWork } from '../../src/keys/index.js';
import { openEnrolment } from '../../src/open-enrolment.js';
import { backupDays, RESEALS } from '../../src/open-keys.js';
import { Retention } from '../../src/retention/index.js';
import { Rights } from '../../src/rights/index.js';
import { CalibrationFolders } from '../../src/scoring/index.js';
import {
  CallCalibrations,
  CallCommands,
  CallRequests,
  Calls,
  CallStore,
  ControlPoller,
  openDossiers,
  Overrides,
  Replica,
} from '../../src/session/index.js';
import {
  CalibrationAssignments,
  DEFAULT_POLICY,
  Policies,
  RetentionPolicies,
} from '../../src/tenant/index.js';
import { callStart } from './call-start.js';
import { SHIPPED } from './calibration.js';
import { consentGround, notice, recordInput } from './consents.js';
import { MADE_UP_SPACE, MadeUpSpeech } from './made-up-speech.js';
import type { Told } from './rules-model.js';
import { PEOPLE, type Name } from './rules-steps.js';
import { newTenant, reasonOf } from './tenant.js';
import { enrolmentRequest, speech, unitVector } from './voiceprints.js';

/** The service's own parts on a real database; speech alone is made up, and the clock stands until it is moved. */
export async function rulesWorld(t: ExecutionContext) {
  const { database, keyring, clock, consents, gate, tenants } = await consentGround(t);
  const extractor = new MadeUpSpeech();
  const enrolment = openEnrolment(database, keyring, gate, clock);
  const failures: unknown[] = [];
  const onFailure = (error: unknown) => failures.push(error);
  const attempts = { suspected: () => Promise.resolve(false) };
  const openDossier = openDossiers({ gate, ...enrolment, attempts, onFailure }, extractor.spaces);
  const folders = await CalibrationFolders.read([SHIPPED]);
  const assignments = new CalibrationAssignments(database, keyring, clock);
  const replicaId = randomUUID();
  const calls = new Calls({
    store: new CallStore(database, keyring, replicaId, clock),
    requests: new CallRequests(database, keyring),
    policies: new Policies(database, keyring, clock),
    extractor,
    calibrations: new CallCalibrations(folders.library('telephone-first', extractor.spaces), assignments),
    openDossier,
    fingerprints: enrolment.fingerprints,
    clock,
    onFailure,
    maximumCalls: 10,
    maximumCallsPerTenant: 10,
    overloadLagMs: 5000,
    openWithinMs: 20_000,
    consentLeaseMs: 60_000,
    resumeWindowMs: 60_000,
  });
  t.teardown(() => calls.close());
  /** What was seen at least once, so that a test knows that it looked at everything. */
  const seen = new Set<Told | RetentionKind>();
  const poller = new ControlPoller({
    calls,
    commands: new CallCommands({ database, keyring, replicaId, calls, onFailure }),
    overrides: new Overrides(database, keyring, clock),
    replica: new Replica(database, replicaId),
    gate,
    openDossier,
    clock,
    everyMs: 1000,
    onFailure,
  });
  const rights = new Rights(database, keyring, clock);
  const keyParts = { database, keyring, clock, backupDays, reseals: RESEALS };
  const [keys, keyWork] = [new Keys(keyParts), new KeyWork(keyParts)];
  const terms = new RetentionPolicies(database, keyring, clock);
  const retention = new Retention({ database, keyring }, clock);
  const states = new SpeakerStates(database, keyring, clock);
  const audit = new Audit(database, clock);
  const asked = (speakerId: Name) => ({ speakerId, onBehalfOf: '', idempotencyKey: randomUUID() });

  const actions = (officer: Principal) => ({
    grant: (who: Name, expiresAt: Date | null, liftsOptOut: boolean) =>
      reasonOf(consents.recordConsent(officer, recordInput(who, clock.now(), { expiresAt, liftsOptOut }))),
    withdraw: (who: Name) =>
      reasonOf(
        consents.withdraw(officer, { ...asked(who), occurredAt: null, evidence: null, purposes: ['VERIFY'] }),
      ),
    optOut: (who: Name) =>
      reasonOf(consents.optOut(officer, { ...asked(who), occurredAt: null, evidence: null })),
    erase: (who: Name) => reasonOf(rights.erase(officer, asked(who))),
    setState: (who: Name, state: SpeakerState, inForce: boolean) =>
      states.set(officer, { ...asked(who), state, inForce, reference: 'file 12/26' }),
    keepFor: async (absoluteDays: number) => {
      const { policy } = await terms.current(officer.tenantId);
      await terms.put(officer, { ...policy, absoluteDays }, randomUUID());
    },
    runRetention: async () => {
      for await (const { kind, held } of retention.run(officer, false)) if (!held) seen.add(kind);
    },
    reencrypt: (who: Name) => reasonOf(keys.reencrypt(officer, who, randomUUID())),
    rotate: async () => {
      await keys.rotate(officer, randomUUID());
      await keyWork.run(officer);
      await keys.destroyExpired(officer);
    },
    /** The epochs whose keys are left in the keyring. */
    destroyExpired: async () => {
      await keys.destroyExpired(officer);
      return keyring.epochs(officer.tenantId);
    },
    /** False where the gate gives no grant. */
    enrol: async (who: Name, waitingPeriodMs: number): Promise<boolean> => {
      const { grant } = await gate.openClaim(officer.tenantId, who, 'VERIFY');
      if (grant === null) return false;
      const vectors = [{ space: MADE_UP_SPACE, vector: unitVector(PEOPLE.indexOf(who)) }];
      const policy = { ...DEFAULT_POLICY.enrolment, waitingPeriodMs };
      await enrolment.voiceprints.create(
        officer,
        grant,
        enrolmentRequest(who),
        speech(clock.now(), { vectors }),
        policy,
      );
      return true;
    },
    call: (claims: readonly Name[], direction: CallStart['direction'] = 'INBOUND') =>
      calls.open(officer, { ...claiming(claims), direction }),
    dossier: (who: Name) => openDossier(officer.tenantId, who),
    evidence: (who: Name) => reasonOf(rights.evidence(officer, who)),
    verifyChain: () => audit.verify(officer.tenantId),
    /** Ids and numbers of voiceprints, of everybody who is there. */
    rows: () =>
      database.tenant(officer.tenantId, (tx) =>
        tx.query<{ who: string; voiceprints: number }>(
          `SELECT s.speaker_id AS who, count(v)::int AS voiceprints FROM speakers s
           LEFT JOIN voiceprints v USING (tenant_id, speaker_ref) GROUP BY 1`,
        ),
      ),
  });

  return {
    clock,
    calls,
    poller,
    consents,
    speakers: enrolment.speakers,
    failures,
    seen,
    /** What may be done in a new tenant with a published notice. */
    tenant: async () => {
      const officer = await newTenant(tenants);
      await consents.publishNotice(officer, notice(), 'notice-1');
      return { officer, ...actions(officer) };
    },
  };
}

export type RulesWorld = Awaited<ReturnType<typeof rulesWorld>>;
export type RulesTenant = Awaited<ReturnType<RulesWorld['tenant']>>;

function claiming(claims: readonly Name[]): CallStart {
  return callStart({
    claims: claims.map((speakerId) => ({ speakerId, method: 'IVR_ENTRY', mediaTimeMs: null })),
  });
}
