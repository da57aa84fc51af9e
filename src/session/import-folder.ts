import { constants } from 'node:fs';
import { open, realpath, type FileHandle } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import { VouchError } from '../errors.js';

/**
 * The folder of recordings that batch jobs may read: each tenant has a folder in it, named by its id, and no name in a
 * manifest leads out of that, neither by `..` nor by a link.
 */
export class ImportFolder {
  /** @param maximumBytes of one recording */
  constructor(
    private readonly directory: string,
    private readonly maximumBytes: number,
  ) {}

  /**
   * The bytes of a recording.
   *
   * @param file below the tenant's folder
   * @throws RECORDING_NOT_FOUND where there is no such file that may be read, RECORDING_EMPTY, RECORDING_TOO_LONG
   */
  async read(tenantId: string, file: string): Promise<Uint8Array> {
    const handle = await this.#open(tenantId, file);
    try {
      const { size } = await handle.stat();
      if (size === 0) throw new VouchError('RECORDING_EMPTY', { field: 'file' });
      if (size > this.maximumBytes) {
        throw new VouchError('RECORDING_TOO_LONG', {
          field: 'file',
          metadata: { limitBytes: String(this.maximumBytes) },
        });
      }
      // As large as it was told to be: one that grows meanwhile is cut there, not read for ever.
      const bytes = Buffer.allocUnsafeSlow(size);
      const { bytesRead } = await handle.read(bytes, 0, size, 0);
      return bytes.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  }

  async #open(tenantId: string, file: string): Promise<FileHandle> {
    if (file === '' || isAbsolute(file) || file.split(/[/\\]/).includes('..') || file.includes('\0'))
      throw notFound();
    let handle: FileHandle | undefined;
    try {
      const folder = await realpath(join(this.directory, tenantFolder(tenantId)));
      const real = await realpath(join(folder, file));
      if (!real.startsWith(folder + sep)) throw notFound();
      // Where a link takes the file's place just now, and never waiting for a pipe's other end.
      handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      if (!(await handle.stat()).isFile()) throw notFound();
      return handle;
    } catch (error) {
      await handle?.close();
      throw mayPass(error) ? error : notFound();
    }
  }
}

/** The name of a tenant's folder: its id, with everything that means something to a file system escaped as in URLs. */
export function tenantFolder(tenantId: string): string {
  return encodeURIComponent(tenantId).replaceAll('.', '%2E');
}

function notFound(): VouchError {
  return new VouchError('RECORDING_NOT_FOUND', { field: 'file' });
}

const PASSING = new Set(['EIO', 'EMFILE', 'ENFILE', 'ENOMEM', 'ESTALE', 'ETIMEDOUT', 'EAGAIN']);

/** Whether an error says something about this moment, not about the file: the row is tried again. */
function mayPass(error: unknown): boolean {
  return PASSING.has((error as NodeJS.ErrnoException).code ?? '');
}
