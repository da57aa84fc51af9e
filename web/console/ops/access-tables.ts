import { html } from 'lit';
import type { Overrider, SpeakerReader, UnusualAccess } from '../../../src/gen/vouch/v1/audit.js';
import type { Json } from '../../shared/json.js';
import { id, moment, plain } from '../shell/format.js';
import { table } from '../shell/table.js';
import { unusualWords } from './audit-words.js';

/** Whose readers were asked for. */
export interface Asked {
  readonly speakerId: string;
  readonly ever: boolean;
}

const role = ({ role: name }: { readonly role?: string | undefined }) => plain(name, 'ROLE_');

/** Those who looked at a person. */
export function shownReaders(found: {
  readonly asked: Asked;
  readonly readers: readonly Json<SpeakerReader>[];
}): unknown {
  const { asked, readers } = found;
  if (readers.length === 0)
    return html`<p>Nobody looked at ${id(asked.speakerId)}${asked.ever ? '.' : ' in this time.'}</p>`;
  return table(
    'Who looked at the person, the latest first',
    [
      { head: 'Who', cell: ({ actorId }) => id(actorId) },
      { head: 'Role', cell: role },
      { head: 'Reads', number: true, cell: ({ reads = 0 }) => reads },
      { head: 'Claims in calls', number: true, cell: ({ claims = 0 }) => claims },
      { head: 'First', cell: ({ firstAt }) => moment(firstAt) },
      { head: 'Last', cell: ({ lastAt }) => moment(lastAt) },
    ],
    readers,
  );
}

/** Days on which somebody looked at unusually many people. */
export function shownUnusual(access: readonly Json<UnusualAccess>[]): unknown {
  if (access.length === 0)
    return html`<p class="quiet">
      Nobody did. Days with fewer than 10 people are not looked at, nor are days without enough to compare
      with.
    </p>`;
  return table(
    'Days with unusual access, the latest first',
    [
      { head: 'Day (UTC)', cell: ({ day }) => day },
      { head: 'Who', cell: ({ actorId }) => id(actorId) },
      { head: 'Role', cell: role },
      { head: 'People', number: true, cell: ({ speakers = 0 }) => speakers },
      { head: 'Usual for them', number: true, cell: ({ ownMedian }) => ownMedian ?? '–' },
      { head: 'Usual for colleagues', number: true, cell: ({ colleaguesMedian }) => colleaguesMedian ?? '–' },
      { head: 'Why', cell: ({ reasons = [] }) => reasons.map(unusualWords).join(', ') },
    ],
    access,
  );
}

/** Those who did otherwise than decided. */
export function shownOverriders(overriders: readonly Json<Overrider>[]): unknown {
  if (overriders.length === 0)
    return html`<p class="quiet">Nobody did in this time. Agents tell it on the badge, with a reason.</p>`;
  return table(
    'Who did otherwise than decided, those first who served most rejected callers',
    [
      { head: 'Who', cell: ({ actorId }) => id(actorId) },
      { head: 'Role', cell: role },
      { head: 'How often', number: true, cell: ({ overrides = 0 }) => overrides },
      { head: 'After a rejection', number: true, cell: ({ ofRejections = 0 }) => ofRejections },
      {
        head: 'Served all the same',
        number: true,
        cell: ({ proceededAfterRejection = 0 }) => proceededAfterRejection,
      },
      { head: 'Last', cell: ({ lastAt }) => moment(lastAt) },
    ],
    overriders,
  );
}
