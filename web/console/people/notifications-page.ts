import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Notification } from '../../../src/gen/vouch/v1/enrolment.js';
import type { Json } from '../../shared/json.js';
import { id, moment } from '../shell/format.js';
import { Paged } from '../shell/load.js';
import { Page } from '../shell/page.js';
import { linkTo } from '../shell/router.js';
import { table } from '../shell/table.js';
import { statusTag } from './voiceprint-status.js';

const PAGE = 100;

const TYPES: Readonly<Record<string, string>> = {
  NOTIFICATION_TYPE_VOICEPRINT_CREATED: 'A voiceprint was made',
  NOTIFICATION_TYPE_VOICEPRINT_APPROVED: 'A voiceprint was approved',
  NOTIFICATION_TYPE_VOICEPRINT_REJECTED: 'A voiceprint was rejected and destroyed',
  NOTIFICATION_TYPE_VOICEPRINT_DELETED: 'A voiceprint was deleted',
  NOTIFICATION_TYPE_VOICEPRINT_ADAPTED: 'A voiceprint learnt from a call',
  NOTIFICATION_TYPE_VOICEPRINT_ROLLED_BACK: 'An earlier voiceprint is in use again',
};

/** What was done with voiceprints that their speakers can be told of. */
@customElement('v-notifications')
export class NotificationsPage extends Page {
  readonly #notifications = new Paged(this, async (token, signal) => {
    const { notifications = [], lastPosition = 0 } = await this.api.enrolment.listNotifications(
      { afterPosition: Number(token), pageSize: PAGE },
      signal,
    );
    return { items: notifications, next: notifications.length < PAGE ? '' : String(lastPosition) };
  });

  protected override heading(): unknown {
    return 'Notifications';
  }

  protected override body(): unknown {
    return html`<p>
        What was done with voiceprints, in order, so that people can be told. Your own systems read the same
        list and write the letters.
      </p>
      <section class="card stack" aria-label="Notifications">
        ${this.#notifications.render((all) =>
          all.length === 0
            ? html`<div class="empty">
                <p>Nothing was done yet that a person could be told of.</p>
                <p class="quiet">
                  The first is a voiceprint that is made: <a href=${linkTo('enrol')}>enrol somebody</a>.
                </p>
              </div>`
            : html`${this.#table(all)}${this.#notifications.renderMore()}`,
        )}
      </section>`;
  }

  #table(all: readonly Json<Notification>[]): unknown {
    return table<Json<Notification>>(
      'What was done, in order',
      [
        { head: 'When', cell: ({ at }) => moment(at) },
        { head: 'What', cell: ({ type = '' }) => TYPES[type] ?? '–' },
        {
          head: 'Speaker',
          cell: ({ speakerId = '' }) => html`<a href=${linkTo('speakers', speakerId)}>${id(speakerId)}</a>`,
        },
        { head: 'Label', cell: ({ label, version }) => html`${id(label)}, version ${version}` },
        { head: 'Now', cell: statusTag },
      ],
      all,
    );
  }
}
