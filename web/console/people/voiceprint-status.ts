import { html } from 'lit';
import type { Voiceprint } from '../../../src/gen/vouch/v1/enrolment.js';
import type { Json } from '../../shared/json.js';
import { moment, tag } from '../shell/format.js';

/** How a voiceprint stands. */
export function statusTag({ status, usableFrom }: Pick<Json<Voiceprint>, 'status' | 'usableFrom'>): unknown {
  switch (status) {
    case 'VOICEPRINT_STATUS_ACTIVE':
      return tag('In use', 'good');
    case 'VOICEPRINT_STATUS_PENDING':
      return usableFrom === undefined
        ? tag('Waits for approval', 'warn')
        : html`${tag('Waits', 'warn')}<br /><span class="small quiet">until ${moment(usableFrom)}</span>`;
    case 'VOICEPRINT_STATUS_QUARANTINED':
      return tag('Set aside', 'bad');
    case 'VOICEPRINT_STATUS_SUPERSEDED':
      return tag('Replaced');
    default:
      return tag('Destroyed');
  }
}
