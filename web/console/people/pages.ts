import { EVERYBODY, type PageEntry } from '../shell/page-entry.js';
import { OFFICERS, STAFF } from './roles.js';

export const peoplePages: readonly PageEntry[] = [
  {
    path: 'speakers',
    element: 'v-speakers',
    title: 'Speakers',
    group: 'People',
    roles: [...STAFF, 'AUDITOR'],
    about: 'Find a person: what they agreed to, their voiceprints, their rights.',
    load: () => import('./speakers-page.js'),
  },
  {
    path: 'speakers/:id',
    element: 'v-speaker',
    title: 'Speaker',
    parent: 'speakers',
    roles: [...STAFF, 'AUDITOR'],
    load: () => import('./speaker-page.js'),
  },
  {
    path: 'consent',
    element: 'v-record',
    title: 'Record a consent',
    group: 'People',
    roles: STAFF,
    about: 'Read the notice aloud, and record what the person says to it.',
    load: () => import('./record-page.js'),
  },
  {
    path: 'notices',
    element: 'v-notices',
    title: 'Notices',
    group: 'People',
    roles: EVERYBODY,
    about: 'What people are told before they are asked: draft, publish, compare.',
    load: () => import('./notices-page.js'),
  },
  {
    path: 'drafts/:key',
    element: 'v-draft',
    title: 'Draft of a notice',
    parent: 'notices',
    roles: OFFICERS,
    load: () => import('./draft-page.js'),
  },
  ...['notices/:id/:version', 'notices/:id/:version/:other'].map((path) => ({
    path,
    element: 'v-notice',
    title: 'Notice',
    parent: 'notices',
    roles: EVERYBODY,
    load: () => import('./notice-page.js'),
  })),
];
