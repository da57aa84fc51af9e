import { randomBytes, randomUUID } from 'node:crypto';
import { createChannel, type Channel } from 'nice-grpc';
import type { Role as RoleWord } from '../../src/domain/principal.js';
import { Role } from '../../src/gen/vouch/v1/common.js';
import { SpeakerState } from '../../src/gen/vouch/v1/consent.js';
import { Outcome, OverrideAction, OverrideReason } from '../../src/gen/vouch/v1/verification.js';
import { PCM, PROOFING, TestTenant, type ClientMaker } from './caller.js';
import { clientsOver } from './clients.js';
import { collect } from './collect.js';
import type { IdentityProvider } from './identity-provider.js';
import { sendNonsense } from './nonsense.js';
import { RunCredentials } from './run-credentials.js';
import type { Secrets } from './secrets.js';
import { fixtureFile, fixturePcm } from './speech.js';
import { TestStream, wordOf } from './test-stream.js';

const CALL = 'allison_en/call-1.wav';
const OTHER = 'armelle_fr/call-1.wav';

/** A word that stands nowhere else, whatever is allowed in an id. */
function made(what: string, end = 'Zoë'): string {
  return `${what}-${randomBytes(8).toString('hex')}-${end}`;
}

/** Uses a service in every way that people do, rightly and wrongly, and notes whatever names or opens something. */
export class WholeRun implements ClientMaker {
  readonly #channel: Channel;
  readonly #speaker = made('speaker');
  readonly #other = made('speaker');
  readonly #tenantId: string;
  readonly #tenant: TestTenant;

  private constructor(
    private readonly address: string,
    private readonly httpAddress: string,
    tenantId: string,
    private readonly actor: string,
    private readonly credentials: RunCredentials,
    private readonly secrets: Secrets,
  ) {
    this.#channel = createChannel(address);
    secrets.add('tenant', tenantId);
    secrets.add('actor', actor);
    secrets.add('speaker', this.#speaker, this.#other);
    this.#tenantId = tenantId;
    this.#tenant = new TestTenant(this, tenantId);
  }

  /** @param provider whose tokens the service believes */
  static async begin(
    { address, httpAddress }: { readonly address: string; readonly httpAddress: string },
    tenantId: string,
    provider: IdentityProvider,
    secrets: Secrets,
  ): Promise<WholeRun> {
    const actor = made('actor', 'Zoe');
    const credentials = await RunCredentials.make(provider, tenantId, actor, secrets);
    return new WholeRun(address, httpAddress, tenantId, actor, credentials, secrets);
  }

  clients(tenantId: string, role: RoleWord, channel = this.#channel) {
    const isOurs = tenantId === this.#tenantId;
    const authorization = isOurs ? this.credentials.of(role) : this.credentials.ofNobody;
    return clientsOver(channel, tenantId, role, this.actor, { authorization });
  }

  close(): void {
    this.#channel.close();
  }

  /** Everything but what takes the database away. */
  async all(): Promise<void> {
    await this.enrol();
    await this.calls();
    await this.mistakes();
    await sendNonsense(this.address, this.#name('nonsense'), () => this.#name('token', 'Zoe'));
    await this.keys();
    await this.overHttp();
    await this.rights();
  }

  async enrol(): Promise<void> {
    const tenant = this.#tenant;
    await tenant.publishNotice();
    this.secrets.add('controller', 'Acme Bank');
    const reference = this.#name('proof');
    for (const speakerId of [this.#speaker, this.#other]) {
      const consent = await tenant.grant(speakerId, {
        onBehalfOf: this.#name('on behalf'),
        idempotencyKey: this.#name('key'),
        evidence: { type: 'recording', reference: this.#name('evidence') },
      });
      this.secrets.add('consent event', consent.eventId);
      const accountId = this.#name('account');
      await tenant.enrolment.setSpeakerAccount({ speakerId, accountId, idempotencyKey: randomUUID() });
    }
    const proofing = { ...PROOFING, actor: this.#name('proofing actor'), reference };
    const voiceprint = await tenant.enrolFrom('allison_en/enrol.wav', { speakerId: this.#speaker, proofing });
    this.secrets.add('voiceprint', voiceprint.voiceprintId);
    const phrase = `the ${this.#name('phrase')} flies`;
    await tenant.enrolment.setTrustPhrase({ speakerId: this.#speaker, phrase, idempotencyKey: randomUUID() });
    await tenant.enrolment.listSpeakers({});
  }

  /** Calls that are accepted, rejected, paused, broken and taken up again, and what is asked of them. */
  async calls(): Promise<void> {
    const tenant = this.#tenant;
    const callId = this.#name('call');
    const call = tenant.open([this.#speaker], {
      callId,
      conversationId: this.#name('conversation'),
      legId: this.#name('leg'),
      agentId: this.#name('agent'),
    });
    const { resumeToken } = await call.event('started');
    this.secrets.add('resume token', resumeToken);
    await call.speech(CALL, 0, 8000);
    const { decisionId, claims } = await call.event('decision', (told) => wordOf(told) === 'ACCEPT');
    this.secrets.add('decision', decisionId);
    this.secrets.addNumbers('score', [claims[0]?.score ?? 0, claims[0]?.llr ?? 0]);
    const idempotencyKey = this.#name('key');
    await tenant.verification.evaluateCall({ callId, idempotencyKey });
    await call.pause('card-payment');
    await call.event('paused');
    await call.resume();
    await tenant.verification.overrideDecision({
      callId,
      decisionId,
      action: OverrideAction.PROCEEDED,
      reason: OverrideReason.VOICE_IMPAIRED,
      note: `said by ${this.#name('person')}`,
      idempotencyKey: randomUUID(),
    });
    call.vanish();
    const again = tenant.open([], { callId, resumeToken });
    await again.event('started');
    await again.end(this.#name('end'));
    await tenant.verification.reportOutcome({
      decisionId,
      outcome: Outcome.GENUINE_CONFIRMED,
      occurredAt: new Date(),
      idempotencyKey: randomUUID(),
    });
    const wrong = tenant.open([this.#speaker], { callId: this.#name('call') });
    await wrong.speech(OTHER, 0, 9000);
    await wrong.end();
    await tenant.verifyRecording(fixtureFile(CALL), { claims: [{ speakerId: this.#speaker }] });
  }

  /** What is refused, and tells why. */
  async mistakes(): Promise<void> {
    const tenant = this.#tenant;
    const nobody = this.#name('nobody');
    await tried(tenant.getCall(this.#name('call')));
    await tried(tenant.consent.getConsent({ speakerId: `${nobody}\u0007` }));
    await tried(tenant.as('AUDITOR').grant(nobody));
    await tried(tenant.enrolFrom('allison_en/enrol.wav', { speakerId: nobody }));
    await tried(tenant.verifyRecording(Buffer.from(`no audio, but ${this.#name('text')}`), {}));
    const idempotencyKey = this.#name('key');
    await tenant.grant(this.#other, { idempotencyKey });
    await tried(tenant.grant(nobody, { idempotencyKey }));
    const callId = this.#name('call');
    const first = tenant.open([], { callId });
    await first.event('started');
    await tenant.open([], { callId, resumeToken: this.#name('resume token') }).over;
    await first.audio(fixturePcm(CALL).subarray(0, 3201), [3201]);
    await first.end();
    await tried(new TestTenant(this, this.#name('tenant', 'Zoe')).getCall(callId));
    await tenant.open([], { format: { encoding: 77 } as never, callId: this.#name('call') }).over;
  }

  /** A program's own key: made, used over both transports, shown in lists, revoked; and one that was never made. */
  async keys(): Promise<void> {
    const { admin } = this.#tenant;
    const asked = { label: this.#name('label'), actorId: this.#name('program', 'Zoe') };
    const key = { ...asked, roles: [Role.TELEPHONY], idempotencyKey: this.#name('key') };
    const { secret, apiKey } = await admin.createApiKey(key);
    const keyId = apiKey?.keyId ?? '';
    this.credentials.lookFor('API key', secret);
    this.secrets.add('id of an API key', keyId);
    const guessed = `${secret.slice(0, -12)}${randomBytes(6).toString('hex')}`;
    this.credentials.lookFor('guessed API key', guessed);
    const use = async (own: string) => {
      const authorization = `Bearer ${own}`;
      const { verification } = clientsOver(this.#channel, this.#tenantId, 'TELEPHONY', this.actor, {
        authorization,
      });
      const callId = this.#name('call');
      const call = new TestStream(verification, callId);
      await call.send({ $case: 'start', value: { callId, format: PCM } });
      await call.end();
      await tried(verification.getCall({ callId }));
      await this.#post('/vouch.v1.VerificationService/GetCall', JSON.stringify({ callId }), authorization);
    };
    await use(secret);
    await use(guessed);
    await admin.listApiKeys({});
    await admin.revokeApiKey({ keyId });
    await use(secret);
  }

  /** The same over HTTP: what is right, what is refused, and what is no request. */
  async overHttp(): Promise<void> {
    const post = (path: string, body: string) => this.#post(path, body, this.credentials.of('ADMINISTRATOR'));
    const consent = '/vouch.v1.ConsentService/GetConsent';
    await post(consent, JSON.stringify({ speakerId: this.#speaker }));
    await post(consent, JSON.stringify({ speakerId: `${this.#name('speaker')}\u0007` }));
    await post(consent, `{"speakerId": "${this.#name('speaker')}`);
    await post('/vouch.v1.VerificationService/GetCall', JSON.stringify({ callId: this.#name('call') }));
    await post(`/${this.#name('path')}?speaker=${this.#name('query')}`, '');
    await this.#post(
      consent,
      JSON.stringify({ speakerId: this.#speaker }),
      `Bearer ${this.#name('token', 'Zoe')}`,
    );
  }

  async #post(path: string, body: string, authorization: string): Promise<void> {
    const headers = {
      'content-type': 'application/json',
      'vouch-actor': this.#name('actor', 'Zoe'),
      'vouch-tenant': this.#tenantId,
      authorization,
      cookie: `session=${this.#name('cookie', 'Zoe')}`,
      'user-agent': this.#name('browser', 'Zoe'),
      'x-forwarded-for': this.#name('address', 'Zoe'),
    };
    const response = await fetch(`http://${this.httpAddress}${path}`, { method: 'POST', headers, body });
    await response.text();
  }

  /** Withdrawal, states, export, erasure and its receipt, opt-out; the keys, the audit trail, retention. */
  async rights(): Promise<void> {
    const tenant = this.#tenant;
    const officer = tenant.as('PRIVACY_OFFICER');
    const call = tenant.open([this.#speaker], { callId: this.#name('call') });
    await call.event('claimReceived');
    await call.speech(CALL, 0, 3000);
    await officer.withdraw(this.#speaker);
    await call.event('consentChanged');
    await call.end();
    await officer.consent.setSpeakerState({
      speakerId: this.#other,
      state: SpeakerState.RESTRICTED,
      inForce: true,
      reference: this.#name('state reference'),
      idempotencyKey: randomUUID(),
    });
    await collect(officer.consent.exportSpeakerData({ speakerId: this.#speaker }));
    await tenant.admin.rotateKeys({ idempotencyKey: randomUUID() });
    await tenant.admin.verifyAudit({});
    const { receipt } = await officer.consent.eraseSpeaker({
      speakerId: this.#speaker,
      onBehalfOf: this.#name('on behalf'),
      idempotencyKey: randomUUID(),
    });
    this.secrets.add('receipt', receipt?.eventId ?? '');
    this.secrets.addBytes('receipt', receipt?.chainHash ?? Buffer.alloc(0));
    await officer.optOut(this.#name('speaker'));
  }

  /** A name that is looked for from then on; another end where it has to be ASCII. */
  #name(what: string, end?: string): string {
    const name = made(what, end);
    this.secrets.add(what, name);
    return name;
  }
}

/** Most of them are refused; that enough are, the log says. */
async function tried(request: Promise<unknown>): Promise<void> {
  await request.catch(() => undefined);
}
