import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { PolicyVersion } from '../../../src/gen/vouch/v1/admin.js';
import type { Json } from '../../shared/json.js';
import { percent } from '../plots/scale.js';
import { id, moment, tag } from '../shell/format.js';
import { Load } from '../shell/load.js';
import { Page } from '../shell/page.js';
import { linkTo } from '../shell/router.js';
import { table } from '../shell/table.js';

/** The policies of the tenant, each as it is now. */
@customElement('v-policies')
export class PoliciesPage extends Page {
  readonly #policies = new Load(this, async (signal) => {
    const latest = new Map<string, Json<PolicyVersion>>();
    let pageToken = '';
    do {
      const page = await this.api.admin.listPolicies({ pageSize: 200, pageToken }, signal);
      for (const version of page.versions ?? []) {
        const policyId = version.reference?.id ?? '';
        if (!latest.has(policyId)) latest.set(policyId, version);
      }
      pageToken = page.nextPageToken ?? '';
    } while (pageToken !== '');
    return [...latest.values()];
  });

  protected override heading(): unknown {
    return 'Policies';
  }

  protected override body(): unknown {
    return html`<p>
        A policy says when a caller counts as verified, what agents are told to do then, and what a voiceprint
        needs. Calls name the policy that they go by; those that name none go by <code>default</code>.
      </p>
      ${this.#policies.render(
        (policies) =>
          html`<section class="card stack" aria-labelledby="policies">
            <div class="spread">
              <h2 id="policies">In force</h2>
              ${
                this.session.may('ADMINISTRATOR')
                  ? html`<a class="button" href=${linkTo('new-policy')}>Add a policy</a>`
                  : ''
              }
            </div>
            ${policies.length === 0 ? this.#empty() : list(policies)}
          </section>`,
      )}`;
  }

  #empty(): unknown {
    return html`<div class="empty">
      <p>There is no policy yet.</p>
      <p class="quiet">Calls need one: add a policy with the id <code>default</code>.</p>
    </div>`;
  }
}

function list(policies: readonly Json<PolicyVersion>[]): unknown {
  return table(
    'Policies in force',
    [
      {
        head: 'Policy',
        cell: ({ reference }) =>
          html`<a href=${linkTo('policies', reference?.id ?? '')}>${id(reference?.id)}</a>`,
      },
      { head: 'Version', number: true, cell: ({ reference }) => reference?.version },
      { head: 'False matches below', cell: ({ policy }) => percent(policy?.targetFalseMatchRate) },
      {
        head: 'Agents see decisions',
        cell: ({ policy }) => (policy?.shadow ? tag('No: shadow mode', 'warn') : tag('Yes', 'good')),
      },
      {
        head: 'Last changed',
        cell: ({ createdAt, createdBy }) => html`${moment(createdAt)} by ${id(createdBy)}`,
      },
    ],
    policies,
  );
}
