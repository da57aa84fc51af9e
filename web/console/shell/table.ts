import { html } from 'lit';
import { repeat } from 'lit/directives/repeat.js';

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => unknown;
  readonly number?: boolean;
}

/**
 * A table; on a narrow screen every row becomes a block with its heads beside its values. The roles are written out, since
 * browsers drop them from a table that is laid out as blocks.
 *
 * @param key tells rows apart where they change their places, so that focus stays on the one that has it
 */
export function table<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  key: (row: Row, index: number) => unknown = (_, index) => index,
): unknown {
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
      ${repeat(
        rows,
        key,
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
