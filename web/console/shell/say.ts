/** Tells people what was done, in the console's status line, which is also read aloud. */
export function say(from: EventTarget, text: string): void {
  from.dispatchEvent(new CustomEvent('vouch-say', { detail: text, bubbles: true, composed: true }));
}
