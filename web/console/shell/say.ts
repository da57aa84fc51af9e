/**
 * Tells people what was done, in the console's status line, which is also read aloud.
 *
 * @param from what did it; it may be gone since
 */
export function say(from: Node, text: string): void {
  const target = from.isConnected ? from : document.querySelector('vouch-console');
  target?.dispatchEvent(new CustomEvent('vouch-say', { detail: text, bubbles: true, composed: true }));
}
