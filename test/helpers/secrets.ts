import { createHash } from 'node:crypto';

/** Shorter ones would be found by chance. */
const SHORTEST = 8;
/** Of a hash or a digest so much is looked for, so that a part of it is found, too. */
const PART = 14;

/** What must not be found, and whether it is: as it is, written in other ways, and hashed without a key. */
export class Secrets {
  readonly #named = new Map<string, string>();
  readonly #bytes = new Map<string, Buffer>();

  /** Adds texts: ids, names, tokens. Those that are empty are left out. */
  add(name: string, ...texts: readonly string[]): void {
    for (const text of texts) {
      if (text === '') continue;
      if (text.length < SHORTEST) throw new Error(`Too short to be looked for: ${name}`);
      this.#named.set(text, name);
    }
  }

  /** Adds bytes: keys, vectors. */
  addBytes(name: string, bytes: Uint8Array): void {
    if (bytes.length < SHORTEST) throw new Error(`Too short to be looked for: ${name}`);
    this.#bytes.set(`${name} ${this.#bytes.size}`, Buffer.from(bytes));
  }

  /** Adds numbers of which few others agree in six digits: those of vectors, and scores. */
  addNumbers(name: string, numbers: Iterable<number>): void {
    for (const number of numbers) {
      const digits = Math.abs(number).toFixed(12).replace(/^0/, '').slice(0, 8);
      if (!/^\.?0*$/.test(digits)) this.#named.set(digits, name);
    }
  }

  get count(): number {
    return this.#named.size + this.#bytes.size;
  }

  /** The names of those that stand in a text, and in what form. */
  foundIn(text: string): string[] {
    const folded = text.toLowerCase();
    const found = new Set<string>();
    const look = (name: string, forms: Readonly<Record<string, readonly string[]>>) => {
      for (const [form, written] of Object.entries(forms)) {
        const where = form.includes('base64') || form === 'clear' ? text : folded;
        if (written.some((each) => where.includes(each))) found.add(`${name} (${form})`);
      }
    };
    for (const [secret, name] of this.#named) look(name, formsOf(secret));
    for (const [name, bytes] of this.#bytes)
      look(name, { hex: [bytes.toString('hex')], base64: base64Of(bytes) });
    return [...found];
  }
}

function formsOf(secret: string): Record<string, readonly string[]> {
  const bytes = Buffer.from(secret);
  const digests = ['md5', 'sha1', 'sha256', 'sha512'].map((name) => createHash(name).update(secret).digest());
  return {
    clear: [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)],
    'any case': [secret.toLowerCase()],
    hex: [bytes.toString('hex')],
    base64: base64Of(bytes),
    'hash, hex': digests.map((digest) => digest.toString('hex').slice(0, PART)),
    'hash, base64': digests.flatMap((digest) =>
      (['base64', 'base64url'] as const).map((form) => digest.toString(form).slice(0, PART)),
    ),
  };
}

/** How bytes look in base64 wherever they stand in what was encoded: the characters that are theirs alone. */
function base64Of(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]);
    const from = Math.ceil((before * 8) / 6);
    const to = Math.floor((whole.length * 8) / 6);
    return (['base64', 'base64url'] as const).map((form) => whole.toString(form).slice(from, to));
  });
}
