/** Lines of a terminal of which the last may be written over while things go on; elsewhere only lines that stay. */
export class LiveLine {
  #shown = false;

  constructor(private readonly stream: NodeJS.WriteStream) {}

  /** Shows something that the next line replaces; nothing where the output is no terminal. */
  show(text: string): void {
    if (!this.stream.isTTY) return;
    this.stream.write(`\r\x1b[K${text.slice(0, Math.max(0, this.stream.columns - 1))}`);
    this.#shown = true;
  }

  /** Writes a line that stays. */
  write(text: string): void {
    this.clear();
    this.stream.write(`${text}\n`);
  }

  /** Takes away what was only shown. */
  clear(): void {
    if (this.#shown) this.stream.write('\r\x1b[K');
    this.#shown = false;
  }
}
