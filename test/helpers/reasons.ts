import { VouchError } from '../../src/errors.js';

/** The reason that a promise fails with, for an assertion on it. */
export async function reasonOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'nothing was thrown';
  } catch (error) {
    return error instanceof VouchError ? error.reason : String(error);
  }
}
