import { EVERYBODY, type PageEntry } from '../shell/page-entry.js';

export const peoplePages: readonly PageEntry[] = [
  {
    path: 'speakers',
    element: 'v-speakers',
    title: 'Speakers',
    group: 'People',
    roles: EVERYBODY,
    about: 'Find a person: what they agreed to, their voiceprints, their rights.',
    load: () => import('./speakers-page.js'),
  },
];
