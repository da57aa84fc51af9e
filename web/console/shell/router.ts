/** Where the console is: a path of segments behind the hash, and what follows a question mark. */
export interface Place {
  /** Decoded, for example `['speakers', 'kim']`; empty for the start. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
}

/** The place that a hash names, for example `#/speakers/kim%2Flee?tab=calls`. */
export function placeOf(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  return {
    segments: path.split('/').filter(Boolean).map(decode),
    query: new URLSearchParams(query),
  };
}

/** The hash of a place; segments may be anything, ids from outside, too. */
export function linkTo(...segments: readonly string[]): string {
  return `#/${segments.map(encodeURIComponent).join('/')}`;
}

/** Goes there; the back button leads back. */
export function goTo(...segments: readonly string[]): void {
  window.location.hash = linkTo(...segments);
}

/** The parameters of a pattern such as `speakers/:id` in a place, or null where it is another. */
export function match(pattern: string, { segments }: Place): Readonly<Record<string, string>> | null {
  const parts = pattern.split('/').filter(Boolean);
  if (parts.length !== segments.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = segment;
    else if (part !== segment) return null;
  }
  return params;
}

/** What somebody typed into the address need not be well formed. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Keeps what a page looks for in its address, so that the back button finds it again; empty values are left out. */
export function keepInAddress(values: Readonly<Record<string, string>>): void {
  const [path = ''] = window.location.hash.split('?');
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== '')).toString();
  window.history.replaceState(null, '', query === '' ? path : `${path}?${query}`);
}
