import { html, nothing, type CSSResultGroup } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Policy, PolicyVersion } from '../../../src/gen/vouch/v1/admin.js';
import type { Json } from '../../shared/json.js';
import { id, moment } from '../shell/format.js';
import { Load, Paged } from '../shell/load.js';
import { Page } from '../shell/page.js';
import { linkTo } from '../shell/router.js';
import { facts, table } from '../shell/table.js';
import { policyParts } from './policy-fields.js';
import { differences, inWords } from './policy-texts.js';
import { opsStyles } from './styles.js';
import { meaning, readEvidence } from './threshold-meaning.js';

type Version = Json<PolicyVersion>;

/** A policy: what it says now, and who changed what when. */
@customElement('v-policy')
export class PolicyPage extends Page {
  static override readonly styles: CSSResultGroup = [Page.styles, opsStyles];

  readonly #versions = new Paged<Version>(this, async (pageToken, signal) => {
    const policyId = this.params['id'] ?? '';
    const page = await this.api.admin.listPolicies({ policyId, pageSize: 20, pageToken }, signal);
    return { items: page.versions, next: page.nextPageToken };
  });

  readonly #evidence = new Load(this, (signal) => readEvidence(this.api, signal));

  protected override heading(): unknown {
    return html`Policy ${id(this.params['id'])}`;
  }

  protected override body(): unknown {
    return this.#versions.render((versions) => {
      const [current] = versions;
      if (!current) return this.#missing();
      return html`${this.#current(current)}
        <section class="card stack" aria-labelledby="meaning">
          <h2 id="meaning">What these thresholds mean</h2>
          ${this.#evidence.render((evidence) => meaning(evidence, current.policy ?? {}))}
        </section>
        <section class="card stack" aria-labelledby="history">
          <h2 id="history">Who changed what</h2>
          ${this.#history(versions)} ${this.#versions.renderMore()}
        </section>`;
    });
  }

  #missing(): unknown {
    return html`<div class="card empty">
      <p>There is no policy of this id.</p>
      <p><a href=${linkTo('policies')}>See the policies that there are</a></p>
    </div>`;
  }

  #current(version: Version): unknown {
    const { policy, reference } = version;
    return html`${policy ? this.#shadow(policy) : nothing}
      <section class="card stack" aria-labelledby="current">
        <div class="spread">
          <h2 id="current">Now: version ${reference?.version}</h2>
          ${
            this.session.may('ADMINISTRATOR')
              ? html`<a class="button primary" href=${linkTo('policies', reference?.id ?? '', 'edit')}
                  >Change it</a
                >`
              : nothing
          }
        </div>
        ${
          policy
            ? html`<div class="columns">
                ${policyParts().map(
                  ({ heading, fields }) =>
                    html`<div class="stack">
                      <h3>${heading}</h3>
                      ${facts(fields.map((field) => [field.label, inWords(field, policy)]))}
                    </div>`,
                )}
              </div>`
            : html`<p>Another release wrote this version in a form that this one does not know.</p>`
        }
      </section>`;
  }

  #shadow(policy: Json<Policy>): unknown {
    const may = this.session.may('ADMINISTRATOR');
    const on = policy.shadow === true;
    return html`<section class="notice-box ${on ? 'warn' : 'good'} stack" aria-label="Shadow mode">
      <p>
        ${
          on
            ? html`<strong>Shadow mode is on.</strong> Decisions are taken and recorded; agents are shown none
                of them. Switch it off when a calibration is fitted to your own calls.`
            : html`<strong>Agents see decisions.</strong> Shadow mode is off.`
        }
      </p>
      ${
        may
          ? html`<p>
              <button
                @click=${() => {
                  this.#askShadow(!on);
                }}
              >
                ${on ? 'Show agents the decisions…' : 'Switch shadow mode on…'}
              </button>
            </p>`
          : nothing
      }
    </section>`;
  }

  #askShadow(shadow: boolean): void {
    this.dialog.ask({
      heading: shadow ? 'Switch shadow mode on?' : 'Show agents the decisions?',
      text: shadow
        ? 'From the next call on, decisions are recorded, and agents ask the ordinary questions. Calls that are live go on as they began.'
        : 'From the next call on, agents act on decisions. Do this when the calibration is fitted to your own calls and its rates are what you can live with.',
      fields: [
        {
          name: 'reason',
          label: 'Why',
          maximumBytes: 1000,
          hint: 'Stands in the history. No names of customers.',
        },
      ],
      submit: shadow ? 'Switch it on' : 'Show decisions',
      done: shadow ? 'Shadow mode is on.' : 'Agents see decisions.',
      run: async ({ reason = '' }, idempotencyKey) => {
        const policyId = this.params['id'] ?? '';
        // Somebody else may have changed it since the page was read.
        const { version } = await this.api.admin.getPolicy({ policyId });
        await this.api.admin.putPolicy({
          policyId,
          policy: { ...version?.policy, shadow },
          reason,
          idempotencyKey,
        });
        await this.#versions.reload();
      },
    });
  }

  #history(versions: readonly Version[]): unknown {
    return table(
      'Versions, the latest first',
      [
        { head: 'Version', number: true, cell: ({ reference }) => reference?.version },
        { head: 'When', cell: ({ createdAt }) => moment(createdAt) },
        { head: 'Who', cell: ({ createdBy }) => id(createdBy) },
        { head: 'Why', cell: ({ reason }) => (reason ? html`<bdi>${reason}</bdi>` : '–') },
        {
          head: 'What',
          cell: (version) => changes(version, versions[versions.indexOf(version) + 1]),
        },
      ],
      versions,
    );
  }
}

/** What a version changed, old and new value of each. */
function changes({ policy, reference }: Version, before: Version | undefined): unknown {
  if (reference?.version === 1) return 'The first version';
  if (!policy || !before?.policy) return html`<span class="quiet">–</span>`;
  const found = differences(before.policy, policy);
  if (found.length === 0) return 'Nothing';
  return html`<ul class="plain">
    ${found.map(
      ({ label, was, is }) =>
        html`<li>
          ${label}: <del><span class="visually-hidden">was </span>${was}</del>
          <span aria-hidden="true">→</span> <ins><span class="visually-hidden">is now </span>${is}</ins>
        </li>`,
    )}
  </ul>`;
}
