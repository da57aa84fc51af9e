import { html, type CSSResultGroup } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { AuditEntry } from '../../../src/gen/vouch/v1/audit.js';
import type { Json } from '../../shared/json.js';
import { Form, type Values } from '../shell/form.js';
import { Paged } from '../shell/load.js';
import { Page } from '../shell/page.js';
import { keepInAddress, linkTo } from '../shell/router.js';
import { KINDS } from './audit-words.js';
import { entriesTable } from './entries-table.js';
import { opsStyles } from './styles.js';

/** Who did what: the trail, searched. */
@customElement('v-audit')
export class AuditPage extends Page {
  static override readonly styles: CSSResultGroup = [Page.styles, opsStyles];

  #searched: Values = {};

  readonly #entries = new Paged<Json<AuditEntry>>(this, async (pageToken, signal) => {
    const filter = filterOf(this.#searched);
    const page = await this.api.admin.listAuditEntries({ filter, pageSize: 50, pageToken }, signal);
    return { items: page.entries, next: page.nextPageToken };
  });

  readonly #search = new Form(this, {
    fields: [
      {
        name: 'speakerId',
        label: 'About this person',
        optional: true,
        maximumBytes: 256,
        api: 'filter.speaker_id',
        hint: 'Their id, to the letter. Who opted out is found after erasure, too.',
      },
      {
        name: 'actorId',
        label: 'Done by, or on behalf of',
        optional: true,
        maximumBytes: 256,
        api: 'filter.actor_id',
      },
      { name: 'from', label: 'From', kind: 'datetime-local', optional: true, api: 'filter.from' },
      { name: 'to', label: 'Before', kind: 'datetime-local', optional: true, api: 'filter.to' },
      { name: 'kinds', label: 'What', kind: 'choices', optional: true, options: KINDS, hint: 'None: all.' },
    ],
    submit: 'Search',
    check: ({ from = '', to = '' }) =>
      from !== '' && to !== '' && from > to ? { from: 'This is after the end.' } : {},
    run: async (values) => {
      this.#searched = values;
      keepInAddress(values);
      await this.#entries.reload();
    },
  });

  override connectedCallback(): void {
    if (!this.hasUpdated) {
      for (const name of Object.keys(this.#search.values))
        this.#search.values[name] = this.query.get(name) ?? '';
      this.#searched = { ...this.#search.values };
    }
    super.connectedCallback();
  }

  protected override heading(): unknown {
    return 'Audit trail';
  }

  protected override body(): unknown {
    return html`<p>
        Everything that was done with people’s data, in a chain that shows tampering. Looking at it is
        recorded in it, too. <a href=${linkTo('audit', 'check')}>Check that the trail is whole</a>, or see
        <a href=${linkTo('audit', 'access')}>who looked at whom</a>.
      </p>
      <section class="card search" aria-label="Search">${this.#search.render()}</section>
      <section class="card stack" aria-labelledby="entries">
        <h2 id="entries">Entries</h2>
        ${this.#entries.render((entries) =>
          entries.length === 0
            ? html`<div class="empty">
                <p>No entry is like that.</p>
                <p class="quiet">Widen the time, or leave a field empty.</p>
              </div>`
            : html`${entriesTable(entries)}${this.#entries.renderMore()}`,
        )}
      </section>`;
  }
}

function filterOf({ speakerId = '', actorId = '', kinds = '', from = '', to = '' }: Values) {
  return {
    ...(speakerId.trim() === '' ? {} : { speakerId: speakerId.trim() }),
    ...(actorId.trim() === '' ? {} : { actorId: actorId.trim() }),
    kinds: kinds.split(' ').filter(Boolean) as 'AUDIT_KIND_READ'[],
    ...(from === '' ? {} : { from: new Date(from).toISOString() }),
    ...(to === '' ? {} : { to: new Date(to).toISOString() }),
  };
}
