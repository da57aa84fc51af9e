/** Tells the time, so that a test can tell another one. */
export interface Clock {
  now(): Date;
}
