/** For how long people's data may be kept and used; see also retention, which takes it away. */
export { keptUntil, soonestEnd } from './kept-until.js';
export { daysAfter, lapsedTerm, NoticeLimits, noticeDaysOf, speakerTerm, type Term } from './terms.js';
