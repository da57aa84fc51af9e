import { html, LitElement, nothing } from 'lit';
import { state } from 'lit/decorators.js';
import type { CallSummary } from '../../src/gen/vouch/v1/operations.js';
import { base } from '../design/base.js';
import { controls } from '../design/controls.js';
import { createApi } from '../shared/api.js';
import type { Json } from '../shared/json.js';
import { identityHeaders } from '../shared/sign-in.js';
import { style } from './style.js';

type Call = Json<CallSummary>;

/** How often it is asked which calls there are, ms. A real desktop knows from its telephony. */
const POLL_MS = 1000;
/** How long a call that has ended stays before the next one is taken, ms. */
const LINGER_MS = 4000;

/** The agent desktop of the demo: a made-up call control that hosts the badge. Its address says who the agent is. */
export class VouchDesktop extends LitElement {
  static override readonly styles = [base, controls, style];

  @state() private calls: readonly Call[] = [];
  @state() private callId = '';
  @state() private automatic = true;
  @state() private trouble = false;

  readonly #identity = identityOf(location.hash);
  readonly #api = createApi({ headers: () => identityHeaders(this.#identity) });
  #endedAt = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#poll();
    this.#timer = setInterval(() => void this.#poll(), POLL_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  async #poll(): Promise<void> {
    try {
      const { calls = [] } = await this.#api.admin.listCalls({ liveOnly: true });
      this.calls = calls;
      this.trouble = false;
    } catch {
      this.trouble = true;
    }
    if (this.#current) this.#endedAt = 0;
    else if (this.#endedAt === 0) this.#endedAt = Date.now();
    const isOver = this.callId === '' || (this.#endedAt > 0 && Date.now() - this.#endedAt >= LINGER_MS);
    const newest = this.calls[0]?.callId;
    if (this.automatic && isOver && newest !== undefined) this.#take(newest);
  }

  get #current(): Call | undefined {
    return this.calls.find(({ callId }) => callId === this.callId);
  }

  #take(callId: string): void {
    this.callId = callId;
    this.#endedAt = 0;
  }

  async #hold(paused: boolean): Promise<void> {
    const { callId } = this;
    const idempotencyKey = `${callId} ${Date.now()}`;
    const { verification } = this.#api;
    await (
      paused
        ? verification.pauseCall({ callId, reason: 'card-payment', idempotencyKey })
        : verification.resumeCall({ callId, idempotencyKey })
    ).catch(() => undefined);
    await this.#poll();
  }

  protected override render() {
    return html`<header>
        <h1>Agent desktop (demo)</h1>
        <p class="small quiet">
          Signed in as <bdi class="id">${this.#identity.actor}</bdi>. The calls are recordings, played as live
          calls; all else is made up, but the badge.
        </p>
      </header>
      <main>
        <section aria-labelledby="calls">
          <h2 id="calls">Calls</h2>
          ${this.trouble ? html`<p class="problem" role="alert">The service does not answer.</p>` : nothing}
          ${this.calls.length === 0 ? html`<p class="quiet">No call is live. The next one comes soon.</p>` : nothing}
          <ul>
            ${this.calls.map((call) => this.#line(call))}
          </ul>
          <label
            ><input
              type="checkbox"
              .checked=${this.automatic}
              @change=${({ target }: Event) => {
                this.automatic = (target as HTMLInputElement).checked;
              }}
            />Take the next call by itself</label
          >
        </section>
        <section aria-labelledby="call">
          <h2 id="call">${this.callId === '' ? 'No call' : html`<bdi class="id">${this.callId}</bdi>`}</h2>
          ${this.#controls()}
          <vouch-badge call-id=${this.callId} jurisdiction="EU" .identity=${this.#identity}></vouch-badge>
          <p class="small quiet">
            The badge is all that an agent sees of vouch. It never tells a score; it tells what to do next.
          </p>
        </section>
      </main>`;
  }

  #line({ callId = '', direction, paused }: Call) {
    const way = direction === 'CALL_DIRECTION_OUTBOUND' ? 'outbound' : 'inbound';
    return html`<li>
      <button
        aria-pressed=${String(callId === this.callId)}
        @click=${() => {
          this.#take(callId);
        }}
      >
        <bdi class="id">${callId}</bdi><small>${way}${paused ? ', paused' : ''}</small>
      </button>
    </li>`;
  }

  #controls() {
    const call = this.#current;
    if (!call) return nothing;
    return html`<div class="row">
      <button @click=${() => void this.#hold(call.paused !== true)}>
        ${call.paused ? 'Payment is over' : 'Take a card payment'}
      </button>
    </div>`;
  }
}

/** Who the agent is, as the address that the demo prints says: `#tenant=demo-1f2e3d&actor=agent-7`. */
function identityOf(hash: string) {
  const said = new URLSearchParams(hash.slice(1));
  const of = (name: string, otherwise: string) => said.get(name) ?? otherwise;
  return { token: '', role: 'AGENT', tenant: of('tenant', 'development'), actor: of('actor', 'agent-7') };
}

customElements.define('vouch-desktop', VouchDesktop);
