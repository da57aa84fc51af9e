/** Texts for calls that the company makes. */
export const OUTBOUND_EN = {
  'who.ASKED_FOR': 'The person asked for answered.',
  'who.ANOTHER': 'Another person of the household answered.',
  'who.UNKNOWN': 'Who answered is not known.',
  phrase: 'Say first:',
  'phrase.none': 'No trust phrase was chosen.',
  'phrase.wait': 'The trust phrase comes when somebody answers. Ask nothing before.',
  'phrase.used': 'The trust phrase was used before. A new one must be chosen.',
} as const;
