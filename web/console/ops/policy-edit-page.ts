import { html, type CSSResultGroup } from 'lit';
import { customElement } from 'lit/decorators.js';
import { Form } from '../shell/form.js';
import { id } from '../shell/format.js';
import { Load } from '../shell/load.js';
import { Page } from '../shell/page.js';
import { linkTo, goTo } from '../shell/router.js';
import { say } from '../shell/say.js';
import { formFields, toPolicy, toTexts } from './policy-texts.js';
import { opsStyles } from './styles.js';
import { meaning, readEvidence, type Evidence } from './threshold-meaning.js';

/** Changes a policy, or adds one, with what its thresholds mean beside it. */
@customElement('v-policy-edit')
export class PolicyEditPage extends Page {
  static override readonly styles: CSSResultGroup = [Page.styles, opsStyles];

  #form: Form | undefined;

  readonly #start = new Load<{ form: Form; evidence: Evidence }>(this, async (signal) => {
    const [{ version }, evidence] = await Promise.all([
      this.api.admin.getPolicy({ policyId: this.params['id'] ?? '' }, signal),
      readEvidence(this.api, signal),
    ]);
    // What was entered outlives a second reading.
    this.#form ??= this.#makeForm(toTexts(version?.policy ?? {}));
    return { form: this.#form, evidence };
  });

  get #isNew(): boolean {
    return this.params['id'] === undefined;
  }

  #makeForm(values: Record<string, string>): Form {
    return new Form(this, {
      fields: [
        ...(this.#isNew
          ? [
              {
                name: 'policyId',
                label: 'Id of the policy',
                api: 'policy_id',
                maximumBytes: 256,
                hint: 'Calls name it in their start. Choose one that no policy has, or it becomes a version of that.',
              },
            ]
          : []),
        ...formFields(),
        {
          name: 'reason',
          label: 'Why',
          kind: 'textarea',
          rows: 2,
          maximumBytes: 1000,
          heading: 'For the history',
          hint: 'What you change and why. No names of customers.',
        },
      ],
      values,
      submit: this.#isNew ? 'Add the policy' : 'Save as a new version',
      aside: () =>
        html`<a href=${this.#isNew ? linkTo('policies') : linkTo('policies', this.params['id'] ?? '')}
          >Cancel</a
        >`,
      run: async ({ policyId, reason = '', ...texts }, idempotencyKey) => {
        const { reference } = await this.api.admin.putPolicy({
          policyId: this.params['id'] ?? policyId ?? '',
          policy: toPolicy(texts),
          reason,
          idempotencyKey,
        });
        say(this, `Saved as version ${reference?.version}. Calls that begin now go by it.`);
        goTo('policies', reference?.id ?? '');
      },
    });
  }

  /** On a narrow screen it stands below the form. */
  readonly #showMeaning = (): void => {
    this.shadowRoot?.querySelector<HTMLElement>('#meaning')?.focus();
  };

  override isUnsaved(): boolean {
    return this.#form?.touched ?? false;
  }

  protected override heading(): unknown {
    return this.#isNew ? 'Add a policy' : html`Change policy ${id(this.params['id'])}`;
  }

  protected override body(): unknown {
    return this.#start.render(
      ({ form, evidence }) =>
        html`<p>
            Nothing changes for calls that are live: they keep the version that they began with. Every version
            stays in the history.
          </p>
          <p class="to-meaning">
            <button @click=${this.#showMeaning}>What do these thresholds mean?</button>
          </p>
          <div class="beside stack">
            <section class="card" aria-label="The policy">${form.render()}</section>
            <section class="card stack meanwhile" aria-labelledby="meaning">
              <h2 id="meaning" tabindex="-1">What these thresholds mean</h2>
              ${meaning(evidence, toPolicy(form.values))}
            </section>
          </div>`,
    );
  }
}
