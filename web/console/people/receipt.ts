import { html } from 'lit';
import type { Destroyed, ErasureReceipt } from '../../../src/gen/vouch/v1/consent.js';
import type { Json } from '../../shared/json.js';
import { moment } from '../shell/format.js';
import { facts } from '../shell/table.js';
import { download } from '../shell/download.js';

const KINDS: Readonly<Record<keyof Destroyed, string>> = {
  names: 'Names',
  dataKeys: 'Data keys',
  voiceprints: 'Voiceprints',
  consentDetails: 'Details of consent',
  claims: 'Claims in calls',
  decisions: 'Decisions',
  decisionsRedacted: 'Decisions without this person’s part now',
  outcomes: 'Outcomes',
  manifestRows: 'Rows of batches',
  speechKept: 'Speech kept of calls',
  trustPhrases: 'Trust phrases',
  fingerprints: 'Fingerprints of speech',
};

/** An erasure receipt for people, and as a file. */
export function receiptView(receipt: Json<ErasureReceipt>): unknown {
  const destroyed = Object.entries(KINDS)
    .map(([kind, word]) => [word, receipt.destroyed?.[kind as keyof Destroyed] ?? 0] as const)
    .filter(([, number]) => number > 0);
  return html`<div class="notice-box good">
      <p>
        Erased ${moment(receipt.erasedAt)}. From <strong>${moment(receipt.unrecoverableAfter)}</strong> on, no
        backup opens what was destroyed.
      </p>
    </div>
    ${facts([
      [
        'Destroyed',
        destroyed.length === 0
          ? 'Nothing was held'
          : destroyed.map(([word, number]) => `${word}: ${number}`).join(' · '),
      ],
      [
        'Why',
        receipt.cause === 'ERASURE_CAUSE_RETENTION'
          ? 'A term of the retention policy was over'
          : 'It was asked for',
      ],
      ['Opt-out stays', receipt.optOutStays ? 'Yes, by the keyed hash of the id' : 'There is none'],
      ['Place in the audit trail', receipt.chainPosition],
      ['Hash there', html`<code>${receipt.chainHash}</code>`],
      ['Entry', html`<code>${receipt.eventId}</code>`],
      [
        'Sealed record',
        html`<code>${receipt.evidenceId}</code>, kept until ${moment(receipt.evidenceUntil)}`,
      ],
    ])}
    <p>
      <button
        @click=${() => {
          download(`erasure-${receipt.eventId ?? 'receipt'}.json`, 'application/json', [
            JSON.stringify(receipt, null, 2),
          ]);
        }}
      >
        Download the receipt
      </button>
    </p>
    <p class="quiet small">The receipt names nobody: file it under the request that it answers.</p>`;
}
