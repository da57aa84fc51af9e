import type { Role } from './session.js';

/** The headings of the navigation. */
export const GROUPS = ['People', 'Enrolment', 'Decisions', 'System'] as const;

/** A page of the console. */
export interface PageEntry {
  /** Segments with slashes between; those that begin with a colon are parameters. */
  readonly path: string;
  /** The tag of its element, a `Page`. */
  readonly element: string;
  readonly title: string;
  /** The heading of the navigation that it stands under; absent: it is reached from another page. */
  readonly group?: (typeof GROUPS)[number];
  /** Who may open it; the service decides for itself. */
  readonly roles: readonly Role[];
  /** The page that it belongs to, for the way back; absent: the start. */
  readonly parent?: string;
  /** One sentence for the start page. */
  readonly about?: string;
  /** Loads its code. */
  readonly load: () => Promise<unknown>;
}

/** Whoever may sign in. */
export const EVERYBODY: readonly Role[] = [
  'AGENT',
  'SUPERVISOR',
  'PRIVACY_OFFICER',
  'ADMINISTRATOR',
  'AUDITOR',
  'TELEPHONY',
];
