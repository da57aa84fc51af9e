/** Whether nothing on the page has the focus: what had it is gone. */
export function isFocusLost(): boolean {
  let focused = document.activeElement;
  while (focused?.shadowRoot) focused = focused.shadowRoot.activeElement;
  return focused === null || focused === document.body;
}
