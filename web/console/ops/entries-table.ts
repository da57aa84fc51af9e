import { html, nothing } from 'lit';
import type { AuditEntry } from '../../../src/gen/vouch/v1/audit.js';
import type { Json } from '../../shared/json.js';
import { exactMoment, id, plain } from '../shell/format.js';
import { linkTo } from '../shell/router.js';
import { facts, table } from '../shell/table.js';
import { detailsOf, typeWords } from './audit-words.js';
import { wide } from './wide.js';

type Entry = Json<AuditEntry>;

/** Entries of the trail, each with what else the chain says of it. */
export function entriesTable(entries: readonly Entry[]): unknown {
  return wide(
    'Entries',
    table<Entry>(
      'Entries of the audit trail, the newest first',
      [
        { head: 'No.', number: true, cell: ({ position }) => position },
        { head: 'When', cell: ({ recordedAt }) => exactMoment(recordedAt) },
        { head: 'What', cell: what },
        { head: 'Who', cell: who },
        { head: 'Person', cell: person },
        {
          head: 'Call',
          cell: ({ callId }) => (callId ? html`<a href=${linkTo('calls', callId)}>${id(callId)}</a>` : '–'),
        },
      ],
      entries,
      ({ eventId = '' }) => eventId,
    ),
  );
}

function what(entry: Entry): unknown {
  const details = detailsOf(entry);
  return html`<details>
    <summary>${typeWords(entry.type)}</summary>
    ${entry.note ? html`<p class="small">“<bdi>${entry.note}</bdi>”</p>` : nothing}
    ${facts([
      ...details.map(([name, value]) => [name, html`<bdi class="mono small">${value}</bdi>`] as const),
      ['Entry', html`<span class="mono small">${entry.eventId}</span>`],
    ])}
  </details>`;
}

function who({ actorId, role, onBehalfOf }: Entry): unknown {
  const acted = actorId ? id(actorId) : html`<span class="quiet">Erased</span>`;
  const as =
    role === undefined || role === 'ROLE_UNSPECIFIED'
      ? 'the service itself'
      : plain(role, 'ROLE_').toLowerCase();
  return html`${acted}
    <span class="small quiet">${as}${onBehalfOf ? html`, for ${id(onBehalfOf)}` : nothing}</span>`;
}

function person({ speakerId, subjectRef }: Entry): unknown {
  if (speakerId) return html`<a href=${linkTo('speakers', speakerId)}>${id(speakerId)}</a>`;
  return subjectRef ? html`<span class="quiet">No longer known</span>` : '–';
}
