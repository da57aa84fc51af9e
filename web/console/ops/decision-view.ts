import { html } from 'lit';
import type { ClaimResult, Decision } from '../../../src/gen/vouch/v1/decision.js';
import type { Json } from '../../shared/json.js';
import { percent } from '../plots/scale.js';
import { id, moment, plain, seconds, tag } from '../shell/format.js';
import { linkTo } from '../shell/router.js';
import { facts, table, type Column } from '../shell/table.js';
import { kindTag, kindWords, reasonWords } from './words.js';

/** A decision, with all that it rests on. */
export function decisionFacts(decision: Json<Decision>): unknown {
  const { kind, finality, confidence, reasons = [], nextAction, statedFalseMatchRate: rate } = decision;
  return facts([
    ['Decision', html`${tag(kindWords(kind), kindTag(kind))} ${plain(finality, 'FINALITY_').toLowerCase()}`],
    [
      'Confidence',
      confidence === undefined
        ? plain(decision.confidenceBand, 'CONFIDENCE_BAND_')
        : `${confidence.toFixed(1)} of 100`,
    ],
    [
      'Log-likelihood ratio',
      decision.llr === undefined
        ? '–'
        : `${decision.llr.toFixed(2)}${decision.llrClipped ? ', at the bounds of what was measured' : ''}`,
    ],
    ['Rests on', `${seconds(decision.netSpeechMs)} of speech`],
    ['Why', reasons.length === 0 ? '–' : reasons.map(reasonWords).join(', ')],
    ['What to do', plain(nextAction, 'NEXT_ACTION_')],
    ['Taken', moment(decision.decidedAt)],
    ['Holds until', moment(decision.holdsUntil)],
    [
      'False matches, as measured',
      rate
        ? `${percent(rate.rate)} (${percent(rate.low)} to ${percent(rate.high)}; ${(rate.impostorTrials ?? 0).toLocaleString('en-GB')} trials of ${rate.speakers} speakers)`
        : '–',
    ],
    ['Policy', reference(decision.policy, 'policies')],
    ['Calibration', reference(decision.calibration)],
  ]);
}

/** What was decided of each claimed person. */
export function claimsTable(
  claims: readonly Json<ClaimResult>[],
  more: readonly Column<Json<ClaimResult>>[],
): unknown {
  return table<Json<ClaimResult>>(
    'Claimed speakers',
    [
      {
        head: 'Speaker',
        cell: ({ speakerId }) =>
          speakerId
            ? html`<a href=${linkTo('speakers', speakerId)}>${id(speakerId)}</a>`
            : html`<span class="quiet">Erased, or never known</span>`,
      },
      { head: 'Decision', cell: ({ kind }) => tag(kindWords(kind), kindTag(kind)) },
      { head: 'Confidence', number: true, cell: ({ confidence }) => confidence?.toFixed(1) ?? '–' },
      {
        head: 'Voiceprint',
        cell: ({ voiceprintLabel, voiceprintVersion }) =>
          voiceprintVersion ? html`<span>${id(voiceprintLabel)} version ${voiceprintVersion}</span>` : '–',
      },
      {
        head: 'Why',
        cell: ({ reasons = [] }) => (reasons.length === 0 ? '–' : reasons.map(reasonWords).join(', ')),
      },
      ...more,
    ],
    claims,
  );
}

interface Reference {
  readonly id?: string | undefined;
  readonly version?: number | undefined;
}

function reference(of: Reference | undefined, page?: string): unknown {
  if (!of?.id) return '–';
  const name = page ? html`<a href=${linkTo(page, of.id)}>${id(of.id)}</a>` : id(of.id);
  return html`${name} version ${of.version}`;
}
