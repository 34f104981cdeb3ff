import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { OutputFileError } from '../cli.errors.js';
import type { OutputStream } from './terminal.js';

/**
 * Has `write` fill a file, which appears under its name, in place of an older one, only once it is complete.
 *
 * @throws OutputFileError where the file cannot be written, and what `write` throws.
 */
export async function writeNewFile<T>(path: string, write: (to: OutputStream) => Promise<T>): Promise<T> {
  const partial = `${path}.partial`;
  const stream = createWriteStream(partial);
  const failure = new Promise<never>((_, reject) => {
    stream.once('error', (error) => reject(new OutputFileError(path, error)));
  });
  try {
    const written = await Promise.race([write(stream), failure]);
    stream.end();
    await Promise.race([finished(stream), failure]);
    await rename(partial, path).catch((error: unknown) => {
      throw new OutputFileError(path, error);
    });
    return written;
  } catch (error) {
    stream.destroy();
    await rm(partial, { force: true });
    throw error;
  } finally {
    failure.catch(() => undefined);
  }
}
