import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { PAGES } from '../pages.js';
import { Page } from './page.js';
import { linkTo } from './router.js';

/** What can be done here, by whoever signed in. */
@customElement('v-start')
export class StartPage extends Page {
  protected override heading(): unknown {
    return 'What would you like to do?';
  }

  protected override body(): unknown {
    const pages = PAGES.filter(({ group, roles }) => group && this.session.may(...roles));
    if (pages.length === 0)
      return html`<div class="notice-box">
        <p>There is nothing here for your role. Agents see results in their agent desktop.</p>
      </div>`;
    return html`<div class="columns">
      ${pages.map(
        ({ path, title, about }) =>
          html`<section class="card">
            <h2><a href=${linkTo(...path.split('/'))}>${title}</a></h2>
            <p>${about}</p>
          </section>`,
      )}
    </div>`;
  }
}
