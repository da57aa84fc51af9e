import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { ErasureEvidence, EvidencedConsentEvent } from '../../../src/gen/vouch/v1/consent.js';
import type { Json } from '../../shared/json.js';
import { Form } from '../shell/form.js';
import { id, moment, plain } from '../shell/format.js';
import { Page } from '../shell/page.js';
import { facts } from '../shell/table.js';
import { receiptView } from './receipt.js';

/** What is kept of an erased person: that they consented, and that they were erased. */
@customElement('v-erasures')
export class ErasuresPage extends Page {
  @state() private found:
    { readonly speakerId: string; readonly records: Json<ErasureEvidence>[] } | undefined;

  readonly #find = new Form(this, {
    fields: [
      {
        name: 'speakerId',
        label: 'The id that was erased',
        maximumBytes: 256,
        api: 'speaker_id',
        hint: 'To the letter: the record is found by a keyed hash of it. That you looked stands in the audit trail.',
      },
    ],
    submit: 'Find the record',
    run: async ({ speakerId = '' }) => {
      this.found = undefined;
      const { records = [] } = await this.api.consent.getErasureEvidence({ speakerId });
      this.found = { speakerId, records };
    },
  });

  protected override heading(): unknown {
    return 'Erasures';
  }

  protected override body(): unknown {
    return html`<p>
        Somebody asks whether they were erased, or a regulator asks what they had agreed to: whoever names the
        id finds the sealed record, and nobody finds it without.
      </p>
      <section class="card" aria-label="Find a record">${this.#find.render()}</section>
      ${this.found?.records.map((record, at) => this.#record(record, at)) ?? nothing}`;
  }

  #record({ receipt, consentEvents = [] }: Json<ErasureEvidence>, at: number): unknown {
    return html`<section class="card stack" aria-labelledby="record-${at}">
      <h2 id="record-${at}">Erasure of ${id(this.found?.speakerId)}</h2>
      ${receipt ? receiptView(receipt) : nothing}
      <h3>What the person had said</h3>
      ${consentEvents.length === 0 ? html`<p class="quiet">Nothing was recorded.</p>` : consentEvents.map(eventView)}
    </section>`;
  }
}

function eventView(event: Json<EvidencedConsentEvent>): unknown {
  return html`<details>
    <summary>${plain(event.type, '')}, ${moment(event.occurredAt)}</summary>
    ${facts([
      ['Entered', moment(event.recordedAt)],
      ['In the role', plain(event.actorRole, '')],
      ['Place in the audit trail', event.chainPosition],
      ['What was said', html`<code>${event.bodyJson}</code>`],
      [
        'What stood behind it',
        event.detailsJson ? html`<code>${event.detailsJson}</code>` : 'Could not be read any more',
      ],
    ])}
  </details>`;
}
