import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { PAGES } from '../pages.js';
import { Page } from './page.js';
import { GROUPS } from './page-entry.js';
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
    return GROUPS.map((name) => {
      const ofGroup = pages.filter(({ group }) => group === name);
      return ofGroup.length === 0
        ? nothing
        : html`<section class="stack" aria-labelledby="start-${name}">
            <h2 id="start-${name}">${name}</h2>
            <div class="columns">
              ${ofGroup.map(
                ({ path, title, about }) =>
                  html`<div class="card">
                    <h3><a href=${linkTo(...path.split('/'))}>${title}</a></h3>
                    <p>${about}</p>
                  </div>`,
              )}
            </div>
          </section>`;
    });
  }
}
