import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { CallDirection } from '../../gen/vouch/v1/verification.js';
import { inspectAudioFile } from '../audio-file.js';
import type { Connection } from '../connection.js';
import { streamFile, streamFormat } from '../streaming.js';
import { answering } from './answering.js';
import type { Fixtures } from './fixtures.js';
import { HOUSEHOLD } from './prepare.js';
import { EXTRAS } from './scenes.js';

/** The agent to whom the calls come. */
const AGENT = 'agent-7';
/** From one call to the next, ms: of 15 to 20 s each, some are live at any time. */
const EVERY_MS = 7000;

/** A call that is played over and over. */
interface LiveScene {
  readonly name: string;
  readonly file: string;
  /** The customer; in a call that the company makes, the person asked for. */
  readonly claimed: string;
  /** Made by the company, to one of these people. */
  readonly household?: readonly string[];
  /** When a payment is taken, ms of the call. */
  readonly payment?: readonly [from: number, to: number];
}

const SCENES: readonly LiveScene[] = [
  { name: 'the customer calls', file: 'allison_en/call-1.wav', claimed: 'allison_smith' },
  { name: 'we call a customer', file: 'carlo_it/call-2.wav', claimed: 'carlo_flora', household: HOUSEHOLD },
  { name: 'the caller changes', file: 'edge/mixed-speakers.wav', claimed: 'allison_smith' },
  { name: 'somebody else says they are the customer', file: 'paola_it/call-1.wav', claimed: 'carlo_flora' },
  { name: 'a customer who is not enrolled', file: 'june_fr/call-1.wav', claimed: EXTRAS.notEnrolled },
  { name: 'a card payment', file: 'carlo_it/call-1.wav', claimed: 'carlo_flora', payment: [6000, 11_000] },
  { name: 'a customer who opted out', file: 'ivrvoice_ru/call-1.wav', claimed: EXTRAS.optedOut },
  {
    name: 'we call, another answers',
    file: 'carlo_it/call-1.wav',
    claimed: 'paola_dal_zot',
    household: HOUSEHOLD,
  },
];

/** What people chose for the company to say first. A phrase is good for one call, and the next one must be another. */
const PHRASES = ['The heron stands in the river', 'Four lemons and a lantern', 'Snow on the third of May'];

/** Where the agent desktop is that shows these calls. */
export function desktopAddress(
  http: { readonly host: string; readonly port: number },
  tenant: string,
): string {
  return `http://${http.host}:${http.port}/desktop/#tenant=${tenant}&actor=${AGENT}`;
}

/** Plays calls at the pace of real ones, one after another and over again, until the signal. Never rejects for a single call. */
export async function playLive(
  connection: Connection,
  fixtures: Fixtures,
  signal: AbortSignal,
): Promise<void> {
  // Each call waits for it in more than one place.
  setMaxListeners(0, signal);
  const playing = new Set<Promise<void>>();
  for (let number = 1; !signal.aborted; number++) {
    const scene = SCENES[(number - 1) % SCENES.length];
    if (!scene) return;
    const call = playCall(connection, fixtures, scene, number, signal)
      // A call that fails is seen on the page, and the next one comes.
      .catch(() => undefined)
      .finally(() => playing.delete(call));
    playing.add(call);
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  await Promise.all(playing);
}

async function playCall(
  connection: Connection,
  fixtures: Fixtures,
  { name, file: path, claimed, household, payment }: LiveScene,
  number: number,
  signal: AbortSignal,
): Promise<void> {
  const callId = `Call ${number}: ${name}`;
  const file = await inspectAudioFile(fixtures.file(path));
  const start = {
    callId,
    agentId: AGENT,
    format: streamFormat(file, 0),
    claims: [...new Set([claimed, ...(household ?? [])])].map((speakerId) => ({ speakerId })),
    direction: household ? CallDirection.OUTBOUND : CallDirection.INBOUND,
  };
  if (household) await choosePhrase(connection, claimed, number);
  const [from, to] = payment ?? [Infinity, Infinity];
  let paused = false;
  const before = async (mediaMs: number) => {
    const due = mediaMs >= from && mediaMs < to;
    if (due === paused) return;
    paused = due;
    const request = { callId, reason: 'card-payment', idempotencyKey: randomUUID() };
    await (due ? connection.verification.pauseCall(request) : connection.verification.resumeCall(request));
  };
  const events = streamFile(connection, start, file, {
    pace: 1,
    signal,
    before,
    read: household ? answering : undefined,
  });
  // Read, since who never reads is cut off; what comes is for the desktop to show.
  while ((await events.next()).done !== true) continue;
}

async function choosePhrase({ enrolment }: Connection, speakerId: string, number: number): Promise<void> {
  const phrase = PHRASES[number % PHRASES.length] ?? '';
  await enrolment.setTrustPhrase({ speakerId, phrase, idempotencyKey: randomUUID() });
}
