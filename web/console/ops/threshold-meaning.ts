import { html, nothing } from 'lit';
import type {
  Calibration,
  CalibrationInForce,
  CalibrationMap,
  Policy,
} from '../../../src/gen/vouch/v1/admin.js';
import type {
  CurveRate,
  GetOperatingCurveResponse,
  OperatingCurve,
} from '../../../src/gen/vouch/v1/operations.js';
import type { Api } from '../../shared/api.js';
import type { Json } from '../../shared/json.js';
import { curvesOverThreshold, type Marker } from '../plots/curves.js';
import '../plots/plot.js';
import { percent } from '../plots/scale.js';
import { id } from '../shell/format.js';
import { table } from '../shell/table.js';

/** What is known of thresholds. */
export interface Evidence {
  readonly curve: Json<GetOperatingCurveResponse>;
  readonly calibrations: readonly Json<Calibration>[];
  readonly inForce: readonly Json<CalibrationInForce>[];
}

/** Reads it. Throws ApiError. */
export async function readEvidence({ admin }: Api, signal: AbortSignal): Promise<Evidence> {
  const [curve, { calibrations = [] }, { inForce = [] }] = await Promise.all([
    admin.getOperatingCurve({}, signal),
    admin.listCalibrations({}, signal),
    admin.getCalibrationAssignments({}, signal),
  ]);
  return { curve, calibrations, inForce };
}

type Curve = Json<OperatingCurve>;
type Which = 'falseMatch' | 'falseNonMatch';

/** The condition that is shown: of telephone networks, as most calls are. */
const CONDITION = 'mulaw';

/** What a policy's thresholds mean in false matches and false rejections, as measured. */
export function meaning(evidence: Evidence, policy: Json<Policy>): unknown {
  const { curve } = evidence;
  const accept = acceptLlr(evidence, policy.targetFalseMatchRate ?? 0);
  const reject = policy.rejectBelowLlr ?? 0;
  const all = curve.curves ?? [];
  const shown = all.filter(({ condition }) => condition === CONDITION);
  const curves = shown.length > 0 ? shown : all;
  return html`<div class="meaning">
    ${inWords(accept, policy)}
    ${
      curves.length === 0
        ? html`<div class="notice-box warn">
            <p>
              Nothing was measured with this calibration. <code>vouch evaluate --curve</code> measures it on
              recordings of known speakers.
            </p>
          </div>`
        : html`${looks(curves, accept?.llr, policy)}${plots(curves, accept?.llr, reject)}
            <p class="small quiet">
              Single looks against one voiceprint, measured on ${curve.measuredOn} with calibration
              ${id(curve.calibration?.id)} version ${curve.calibration?.version}. ${curve.caveat} Shares have
              95 % intervals by bootstrap over speakers.
            </p>`
    }
    ${otherCalibrations(evidence)}
  </div>`;
}

interface Accept {
  readonly llr: number | undefined;
  /** What was measured, at this threshold and at others. */
  readonly map: Json<CalibrationMap>;
  /** The rate that the threshold was measured for. */
  readonly target: number | undefined;
}

/** The threshold that a target comes to: that of the strictest rate measured which is not above it. */
function acceptLlr({ curve, calibrations }: Evidence, target: number): Accept | undefined {
  const calibration = calibrations.find(({ reference }) => reference?.sha256 === curve.calibration?.sha256);
  const map = calibration?.maps?.[0];
  if (!map) return undefined;
  const found = [...(map.thresholds ?? [])]
    .sort((a, b) => (b.targetFalseMatchRate ?? 0) - (a.targetFalseMatchRate ?? 0))
    .find(({ targetFalseMatchRate: rate = 0 }) => rate <= target * (1 + 1e-9));
  return { llr: found && (found.llr ?? 0), map, target: found?.targetFalseMatchRate };
}

function inWords(accept: Accept | undefined, policy: Json<Policy>): unknown {
  const wanted = policy.targetFalseMatchRate ?? 0;
  if (!Number.isFinite(wanted) || wanted <= 0)
    return html`<p>Enter a share of false matches to see what it means.</p>`;
  if (!accept) return nothing;
  if (accept.llr === undefined) {
    const least = Math.min(...(accept.map.thresholds ?? []).map((each) => each.targetFalseMatchRate ?? 1));
    return html`<div class="notice-box bad" role="status">
      <p>
        <strong>Nobody would be verified.</strong> The trials behind the calibration support no rate below
        ${percent(least)}. Enter ${percent(least)} or more, or fit a calibration to more calls of your own.
      </p>
    </div>`;
  }
  const measured = accept.map.thresholds?.find(
    ({ targetFalseMatchRate }) => targetFalseMatchRate === accept.target,
  )?.measured?.[0]?.rate;
  return html`<p>
      To keep false matches below ${percent(wanted)}, a caller must reach a log-likelihood ratio of
      <strong>${accept.llr.toFixed(1)}</strong> with one voiceprint, more with several.
    </p>
    ${
      measured
        ? html`<p>
            Over whole calls, <strong>${percent(measured.rate)}</strong> of impostors were accepted at it
            (${percent(measured.low)} to ${percent(measured.high)};
            ${(measured.impostorTrials ?? 0).toLocaleString('en-GB')} calls, ${measured.speakers} speakers).
          </p>`
        : nothing
    }`;
}

/** The rate at the highest threshold measured that is not above; of none the lowest. */
function rateAt({ points = [] }: Curve, which: Which, llr: number): Json<CurveRate> | undefined {
  const reached = points.filter((point) => (point.llr ?? 0) <= llr + 1e-9);
  return (reached.at(-1) ?? points[0])?.[which];
}

/** What can become of a look, by a policy: at which threshold, and from how much speech on. */
interface Column {
  readonly head: string;
  readonly which: Which;
  readonly llr: number | undefined;
  readonly fromMs: number;
  /** The share of the others: those whom the rate leaves over. */
  readonly rest?: boolean;
}

function looks(curves: readonly Curve[], accept: number | undefined, policy: Json<Policy>): unknown {
  const {
    rejectBelowLlr: reject = 0,
    minimumNetSpeechMs: first = 0,
    rejectMinimumNetSpeechMs: late = 0,
  } = policy;
  const columns: Column[] = [
    { head: 'Impostors verified', which: 'falseMatch', llr: accept, fromMs: first },
    { head: 'Genuine not verified yet', which: 'falseNonMatch', llr: accept, fromMs: first },
    { head: 'Genuine rejected', which: 'falseNonMatch', llr: reject, fromMs: late },
    { head: 'Impostors rejected', which: 'falseMatch', llr: reject, fromMs: late, rest: true },
  ];
  return table<Curve>(
    'What becomes of single looks',
    [
      {
        head: 'Speech',
        cell: ({ netSpeechMs, genuineTrials = 0, impostorTrials = 0 }) =>
          html`<strong>${seconds(netSpeechMs)}</strong>
            <div class="small quiet">
              ${genuineTrials} genuine, ${impostorTrials.toLocaleString('en-GB')} others
            </div>`,
      },
      ...columns.map((column) => ({ head: column.head, cell: (curve: Curve) => share(curve, column) })),
    ],
    curves,
  );
}

function share(curve: Curve, { which, llr, fromMs, rest }: Column): unknown {
  if ((curve.netSpeechMs ?? 0) < fromMs) return html`<span class="quiet">Not yet</span>`;
  const found = llr === undefined ? undefined : rateAt(curve, which, llr);
  if (!found) return '–';
  const { rate = 0, low = 0, high = 0 } = found;
  const trials = (which === 'falseMatch' ? curve.impostorTrials : curve.genuineTrials) ?? 0;
  const [value, from, to] = rest ? [1 - rate, 1 - high, 1 - low] : [rate, low, high];
  return html`<strong>${percent(value)}</strong>
    <div class="small quiet">
      ${value === 0 ? `none of ${trials.toLocaleString('en-GB')}` : `${percent(from)} to ${percent(to)}`}
    </div>`;
}

const DASHES = ['', '7 4', '2 4', '9 3 2 3'];

function plots(curves: readonly Curve[], accept: number | undefined, reject: number): unknown {
  const markers: Marker[] = [
    ...(accept === undefined ? [] : [{ x: accept, text: 'verified from' }]),
    ...(reject < 0 ? [{ x: reject, text: 'rejected to' }] : []),
  ];
  const plot = (which: Which, heading: string, summary: string) => {
    const drawn = curves.map((curve, i) => ({
      name: seconds(curve.netSpeechMs),
      dashes: DASHES[i % DASHES.length] ?? '',
      points: (curve.points ?? []).map(
        ({ llr = 0, [which]: rate }) => [llr, rate?.rate ?? 0] as [number, number],
      ),
    }));
    return html`<v-plot
      .heading=${heading}
      .summary=${summary}
      .height=${240}
      .draw=${(width: number) => curvesOverThreshold(drawn, markers, width, 240)}
      .table=${{
        columns: [
          { head: 'Threshold', number: true, cell: ([llr]: readonly unknown[]) => llr },
          ...curves.map(({ netSpeechMs }, i) => ({
            head: `After ${seconds(netSpeechMs)}`,
            number: true,
            cell: (row: readonly unknown[]) => row[i + 1],
          })),
        ],
        rows: (curves[0]?.points ?? []).flatMap(({ llr = 0 }, index) =>
          Number.isInteger(llr)
            ? [[llr, ...curves.map(({ points }) => withInterval(points?.[index]?.[which]))]]
            : [],
        ),
      }}
    ></v-plot>`;
  };
  return html`${plot(
    'falseMatch',
    'False matches',
    'Share of impostors at or above each threshold, after 3, 6 and 10 s of speech.',
  )}
  ${plot(
    'falseNonMatch',
    'Genuine callers below the threshold',
    'Share of genuine callers below each threshold: they are asked questions, or, below the threshold of rejection, turned away.',
  )}`;
}

function withInterval(rate: Json<CurveRate> | undefined): string {
  return `${percent(rate?.rate)} (${percent(rate?.low)} to ${percent(rate?.high)})`;
}

function seconds(ms: number | undefined): string {
  return `${(ms ?? 0) / 1000} s`;
}

/** That some calls are judged by another calibration than the one shown. */
function otherCalibrations({ inForce, curve }: Evidence): unknown {
  const others = inForce.filter(({ calibration }) => calibration?.sha256 !== curve.calibration?.sha256);
  if (others.length === 0) return nothing;
  return html`<p class="small">
    Other calls go by another calibration, whose thresholds are its own:
    ${[...new Set(others.map(({ calibration }) => `${calibration?.id} version ${calibration?.version}`))].join(', ')}.
  </p>`;
}
