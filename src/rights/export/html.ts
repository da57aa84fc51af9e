/** Text that is HTML already; everything else is escaped where it is put in. */
export class Html {
  constructor(readonly text: string) {}
}

type Content = Html | string | number | readonly Content[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Tags a template as HTML: what is put in is escaped. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  const text = parts.map((part, index) => {
    const content = contents[index];
    return content === undefined ? part : part + render(content);
  });
  return new Html(text.join(''));
}

function render(content: Content): string {
  if (content instanceof Html) return content.text;
  if (typeof content === 'string' || typeof content === 'number') {
    return String(content).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
  }
  return content.map(render).join('');
}

/** Text of unknown direction: kept from reordering what stands beside it. */
export function isolated(text: string): Html {
  return html`<bdi>${text}</bdi>`;
}

/** A time, to the minute, UTC. */
export function time(at: Date | null): Html {
  if (at === null) return html`–`;
  const iso = at.toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')}</time>`;
}

/** A table, or a word that there is nothing. */
export function table(headings: readonly string[], rows: readonly (readonly Content[])[]): Html {
  if (rows.length === 0) return html`<p>Nothing.</p>`;
  const head = headings.map((heading) => html`<th scope="col">${heading}</th>`);
  const body = rows.map(
    (row) =>
      html`<tr>
        ${row.map((cell) => html`<td>${cell}</td>`)}
      </tr>`,
  );
  return html`<table>
    <thead>
      <tr>
        ${head}
      </tr>
    </thead>
    <tbody>
      ${body}
    </tbody>
  </table>`;
}
