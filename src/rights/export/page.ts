import type { RetentionRule } from '../../domain/retention.js';
import type { HeldData } from './held-data.js';
import { html, Html, isolated, table, time } from './html.js';

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
h1{font-size:1.6rem}h2{margin-top:2.2rem;font-size:1.2rem}table{border-collapse:collapse;width:100%}
th,td{text-align:start;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid #ccc;overflow-wrap:anywhere}
blockquote{margin:.5rem 0;padding:.5rem 1rem;border-inline-start:3px solid #888;white-space:pre-wrap}`;

const PURPOSES: Readonly<Record<string, string>> = {
  VERIFY: 'recognise you by your voice when you call',
  IDENTIFY: 'tell which person of an account you are',
  ADAPT: 'update your voiceprint from later calls',
  RETAIN_AUDIO: 'keep the recording that your voiceprint was made from',
  CALIBRATE: 'measure and improve how well voices are recognised',
};

const SAID: Readonly<Record<string, string>> = { GRANTED: 'yes', REFUSED: 'no', NOT_ASKED: 'not asked' };

const DECISIONS: Readonly<Record<string, string>> = {
  ACCEPT: 'the voice fits yours',
  REJECT: 'the voice does not fit yours',
  INCONCLUSIVE: 'could not be told',
  NOT_ENOUGH_SPEECH: 'too little speech to tell',
  SPEAKER_ID_NOT_PROVIDED: 'nobody was named',
  SPEAKER_NOT_ENROLLED: 'not compared: there was no voiceprint',
  SPEAKER_EXPIRED: 'not compared: the voiceprint had expired',
  SPEAKER_OPTED_OUT: 'not compared: you had said no for good',
  CONSENT_MISSING: 'not compared: you had not consented',
};

const said = (words: Readonly<Record<string, string>>, word: string): string => words[word] ?? plain(word);

/** `SPEAKER_READ` as words. */
function plain(word: string): string {
  return word.toLowerCase().replaceAll('_', ' ');
}

/** What is held of a person, on one page that needs nothing else, for somebody who does not know the system. */
export function exportPage(data: HeldData): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>What is held about your voice</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <h1>What is held about your voice</h1>
        <p>
          This page tells what ${isolated(data.tenantId)} holds about the person known as
          ${isolated(data.speakerId)}, as of ${time(data.madeAt)} (all times are UTC). The file
          <code>speaker.json</code> beside it holds the same for programs, and the voiceprints themselves.
          Both are signed: see <code>manifest.json</code>.
        </p>
        ${summary(data)} ${consent(data)} ${voiceprints(data)} ${calls(data)} ${accesses(data)}
        ${erasures(data)}
      </body>
    </html> `;
  return page.text;
}

function summary(data: HeldData): Html {
  return html`<h2>In short</h2>
    <ul>
      <li>
        ${data.knownSince === null ? 'You are not known here by name.' : html`You have been known here since ${time(data.knownSince)}.`}
      </li>
      <li>
        Voiceprints: ${data.voiceprints.length}. Calls in which somebody gave your name: ${data.calls.length}.
        No recording of your voice is in this archive.
      </li>
      <li>
        ${data.consent.optedOut ? 'You have said no for good: nobody may ask you again.' : 'You have not opted out.'}
      </li>
      ${keptUntil(data)}
      ${data.unreadable.map((part) => html`<li>Held, but it cannot be read any more: ${part}.</li>`)}
      ${data.states.map(({ state, since }) => html`<li>In force since ${time(since)}: ${plain(state)}.</li>`)}
    </ul>`;
}

const LIMITS: Readonly<Record<RetentionRule, string>> = {
  INACTIVITY: 'so long after the last time that you were recognised or said something',
  ABSOLUTE: 'so long after you last enrolled or said something',
  NOTICE: 'as the notice says that you were given',
  CONSENT_LAPSED: 'your consent has ended',
  AGE: 'its time is over',
};

function keptUntil({ keptUntil: term, manifestRows }: HeldData): Html {
  const until =
    term === null
      ? html``
      : html`<li>
          Unless you are recognised again, all of it is erased on ${time(term.dueAt)}: ${LIMITS[term.rule]}.
        </li>`;
  if (manifestRows.length === 0) return until;
  return html`${until}
    <li>You are named in ${manifestRows.length} rows of lists from which people were enrolled.</li>`;
}

function consent(data: HeldData): Html {
  const purposes = data.consent.purposes.map((purpose) => [
    said(PURPOSES, purpose.purpose),
    said(SAID, purpose.value),
    purpose.granted ? 'yes' : 'no',
    time(purpose.since),
    time(purpose.expiresAt),
  ]);
  const events = data.consentEvents.map((event) => [
    time(event.occurredAt),
    plain(event.type),
    plain(event.actorRole),
  ]);
  const notices = data.notices.map(
    (notice) =>
      html`<h3>${isolated(notice.noticeId)}, version ${notice.version} (${notice.language})</h3>
        <p>
          Given by ${isolated(notice.controllerEntity)}; keeps a voiceprint for at most
          ${notice.retentionDays} days without use.
        </p>
        <blockquote lang="${notice.language}" dir="auto">${notice.text}</blockquote>`,
  );
  return html`<h2>What you agreed to</h2>
    <p>This is why your voice may be processed, and since when.</p>
    ${table(['What for', 'You said', 'In force', 'Since', 'Ends'], purposes)}
    <h3>What was recorded of it</h3>
    ${table(['When you said so', 'What', 'Entered by'], events)} ${notices}`;
}

function voiceprints(data: HeldData): Html {
  const rows = data.voiceprints.map((each) => [
    isolated(each.label),
    plain(each.status),
    time(each.createdAt),
    `${(each.netSpeechMs / 1000).toFixed(0)} s of speech from a ${plain(each.source)} (${each.codec})`,
    each.quality.snrDb === null ? 'not measured' : `${each.quality.snrDb.toFixed(0)} dB above the background`,
    each.models.map((model) => model.modelId).join(', '),
  ]);
  return html`<h2>Your voiceprints</h2>
    <p>
      A voiceprint is a list of numbers computed from your speech. It is kept encrypted and cannot be played.
    </p>
    ${table(['Name', 'Status', 'Made', 'From', 'Quality', 'Computed by'], rows)} ${speechKept(data)}
    ${fingerprints(data)} ${trustPhrase(data)}`;
}

function speechKept({ speechKept: kept }: HeldData): Html {
  if (kept.length === 0) return html``;
  const rows = kept.map((each) => [
    isolated(each.label),
    time(each.spokenFrom),
    `${(each.netSpeechMs / 1000).toFixed(0)} s of speech`,
    time(each.keptUntil),
  ]);
  return html`<h3>Waiting to become a voiceprint</h3>
    <p>
      Calls in which you said too little: numbers like those of a voiceprint, to be added up with later ones.
    </p>
    ${table(['For', 'Spoken since', 'How much', 'Kept until'], rows)}`;
}

function fingerprints({ fingerprints: kept }: HeldData): Html {
  if (kept.length === 0) return html``;
  const rows = kept.map((each) => [
    each.of === 'CALL' ? 'a call of yours' : 'your enrolment',
    time(each.madeAt),
    each.keptUntil === null ? 'as long as the voiceprint' : time(each.keptUntil),
  ]);
  return html`<h3>Against recordings of you</h3>
    <p>
      Numbers by which it is noticed when somebody plays a recording of an earlier call. They tell neither
      what you said nor how you sound.
    </p>
    ${table(['Of', 'Made', 'Kept until'], rows)}`;
}

function trustPhrase({ trustPhrase: chosen }: HeldData): Html {
  if (chosen === null) return html``;
  return html`<h2>Your trust phrase</h2>
    <p>
      ${isolated(chosen.phrase)}, chosen ${time(chosen.chosenAt)}. We say it first when we call you.
      ${chosen.used ? 'It was used in a call, and is not said again.' : ''}
    </p>`;
}

function calls(data: HeldData): Html {
  const rows = data.calls.flatMap((call) => {
    const of = [time(call.startedAt ?? call.claimedAt), isolated(call.callId)];
    if (call.decisions.length === 0) return [[...of, 'nothing was decided', '–', '–', '–']];
    return call.decisions.map((decision) => [
      ...of,
      said(DECISIONS, decision.claimKind),
      decision.confidence === null ? '–' : `${decision.confidence.toFixed(0)} of 100`,
      decision.outcomes.map(({ outcome }) => plain(outcome)).join(', ') || '–',
      decision.overrides.map(({ action, reason }) => `${plain(action)} (${plain(reason)})`).join(', ') || '–',
    ]);
  });
  return html`<h2>Calls, and what was decided with your data</h2>
    <p>A result is a hint for the person who took the call; it never was the only check.</p>
    ${table(['When', 'Call', 'Result', 'Confidence', 'What turned out', 'What was done otherwise'], rows)}`;
}

function accesses(data: HeldData): Html {
  const rows = data.accesses.map((access) => [
    time(access.at),
    plain(access.what),
    plain(access.role),
    access.by,
  ]);
  return html`<h2>Who did what with it</h2>
    <p>
      Everything that was done with your data. Persons who act for the company are shown by role and
      pseudonym; the same person has the same one.
    </p>
    ${table(['When', 'What', 'Role', 'Pseudonym'], rows)}`;
}

function erasures(data: HeldData): Html {
  if (data.earlierErasures.length === 0) return html``;
  const rows = data.earlierErasures.map((receipt) => [
    time(receipt.erasedAt),
    plain(receipt.cause),
    receipt.chainPosition,
    time(receipt.evidenceUntil),
  ]);
  return html`<h2>Earlier erasures</h2>
    <p>That you had consented and were erased is kept sealed for this long, so that it can be proved.</p>
    ${table(['Erased', 'Why', 'Entry of the audit trail', 'Proof kept until'], rows)}`;
}
