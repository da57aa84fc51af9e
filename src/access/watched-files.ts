import { stat } from 'node:fs/promises';

/** Files that are read again as they change; a change counts once what was read could be used. */
export class WatchedFiles {
  #version = '';

  constructor(private readonly paths: readonly string[]) {}

  /**
   * What `read` makes of the files, or null where they are as they were when it last succeeded. Throws what it throws, and
   * for a file that is not there; then they are read the next time, also where nothing more has changed.
   */
  async changed<T>(read: () => Promise<T>): Promise<T | null> {
    // First how they are: what changes while they are read is read again.
    const stats = await Promise.all(this.paths.map((path) => stat(path)));
    const version = stats.map(({ ino, mtimeMs, size }) => `${ino} ${mtimeMs} ${size}`).join(', ');
    if (version === this.#version) return null;
    const contents = await read();
    this.#version = version;
    return contents;
  }
}
