import { html } from 'lit';

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => unknown;
  readonly number?: boolean;
}

/**
 * A table; on a narrow screen every row becomes a block with its heads beside its values. The roles are written out, since
 * browsers drop them from a table that is laid out as blocks.
 */
export function table<Row>(caption: string, columns: readonly Column<Row>[], rows: readonly Row[]): unknown {
  const side = ({ number }: Column<Row>) => (number ? 'number' : '');
  return html`<table role="table">
    <caption class="visually-hidden">
      ${caption}
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        ${columns.map((column) => html`<th role="columnheader" scope="col" class=${side(column)}>${column.head}</th>`)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${rows.map(
        (row) =>
          html`<tr role="row">
            ${columns.map(
              (column) =>
                html`<td role="cell" class=${side(column)} data-head=${column.head}>
                  <div>${column.cell(row)}</div>
                </td>`,
            )}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** Names with values, as a description list. */
export function facts(pairs: readonly (readonly [string, unknown])[]): unknown {
  return html`<dl class="facts">
    ${pairs.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
