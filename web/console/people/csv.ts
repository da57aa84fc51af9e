/** A value of a CSV file (RFC 4180); what a spreadsheet would take for a formula is made a text. */
export function csvCell(value: string | number): string {
  const text = String(value).replace(/^[=+\-@\t\r]/, "'$&");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A line of a CSV file, with its end. */
export function csvLine(values: readonly (string | number)[]): string {
  return `${values.map(csvCell).join(',')}\r\n`;
}

/**
 * The rows of a CSV file (RFC 4180) with a heading, by the names of its columns; empty lines are none. Null for what is no CSV:
 * a quote that does not end, a row with more or fewer values than the heading.
 */
export function readCsv(text: string): Record<string, string>[] | null {
  const lines = linesOf(text.replace(/^\uFEFF/, ''));
  const heading = lines?.shift();
  if (!lines || !heading) return null;
  if (lines.some((line) => line.length !== heading.length)) return null;
  return lines.map((line) => Object.fromEntries(heading.map((name, at) => [name, line[at] ?? ''])));
}

/** A value, quoted or bare, and what ends it. */
const VALUE = /[ \t]*(?:"((?:[^"]|"")*)"[ \t]*|([^",\r\n]*))(,|\r?\n|$)/y;

function linesOf(text: string): string[][] | null {
  const lines: string[][] = [];
  let line: string[] = [];
  for (let at = 0; at < text.length;) {
    VALUE.lastIndex = at;
    const [whole, quoted, bare = '', end] = VALUE.exec(text) ?? [];
    if (whole === undefined) return null;
    line.push(quoted?.replaceAll('""', '"') ?? bare.trim());
    at += whole.length;
    if (end === ',' && at < text.length) continue;
    if (end === ',') line.push('');
    if (line.length > 1 || line[0] !== '') lines.push(line);
    line = [];
  }
  return lines;
}
