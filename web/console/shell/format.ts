import { html, nothing } from 'lit';

/** A moment to the minute, with its zone. */
export const MINUTE = {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
} as const;
const DATE_TIME = new Intl.DateTimeFormat('en-GB', MINUTE);
const TO_THE_SECOND = new Intl.DateTimeFormat('en-GB', { ...MINUTE, second: '2-digit' });
const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });
const UTC_DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });

/** An id from outside, isolated: its direction is its own, and its markup is text. */
export function id(text: string | undefined): unknown {
  return text ? html`<bdi class="id">${text}</bdi>` : nothing;
}

/** A moment with its time zone, for people and for programs; a dash where there is none. */
export function moment(at: string | undefined): unknown {
  return at ? html`<time datetime=${at}>${DATE_TIME.format(new Date(at))}</time>` : '–';
}

/** The same to the second, where the order of what happened counts. */
export function exactMoment(at: string | undefined): unknown {
  return at ? html`<time datetime=${at}>${TO_THE_SECOND.format(new Date(at))}</time>` : '–';
}

/** The day of a moment, or a day of UTC's calendar (`2026-05-20`). */
export function day(at: string | undefined): unknown {
  const format = at?.length === 10 ? UTC_DATE : DATE;
  return at ? html`<time datetime=${at}>${format.format(new Date(at))}</time>` : '–';
}

/** For example `12.4 s`. */
export function seconds(ms: number | undefined): string {
  return `${((ms ?? 0) / 1000).toFixed(1)} s`;
}

/** For example `1 voiceprint`, `2 voiceprints`. */
export function count(number: number | undefined, one: string, many = `${one}s`): string {
  return `${number ?? 0} ${number === 1 ? one : many}`;
}

/** A word with a colour and a mark before it. */
export function tag(text: string, kind: 'good' | 'bad' | 'warn' | '' = ''): unknown {
  const mark = { good: '✓', bad: '✕', warn: '!', '': '·' }[kind];
  return html`<span class="tag ${kind}"><span aria-hidden="true">${mark}</span>${text}</span>`;
}

/** A word of the contract without its prefix, as text: `VOICEPRINT_STATUS_PENDING` is `Pending`. */
export function plain(word: string | undefined, prefix: string): string {
  const text = (word ?? '').replace(prefix, '').replaceAll('_', ' ').toLowerCase();
  return text === '' || text === 'unspecified' ? '–' : text.charAt(0).toUpperCase() + text.slice(1);
}
