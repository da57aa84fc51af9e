import { page } from './base.js';
import { tokens } from './tokens.js';

/** Puts tokens and the page's own styles on the document: as style sheets, since inline styles are forbidden. */
export function adoptPage(): void {
  const sheets = [tokens, page].map(({ styleSheet }) => styleSheet).filter((sheet) => sheet !== undefined);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, ...sheets];
}
