import { LinkRefusedError, PathTakenError } from '../files.errors.js';
import type { FileEntry } from '../state/root-folder.js';

/**
 * A file that is under a path, or nothing.
 *
 * @throws PathTakenError, LinkRefusedError where anything else is
 */
export function fileOnly<T extends Pick<FileEntry, 'kind'>>(
  path: string,
  seen: T | undefined,
): T | undefined {
  if (seen?.kind === 'folder') throw new PathTakenError(path, 'is a folder, and is to be a file');
  if (seen?.kind === 'link') throw new LinkRefusedError(path, 'it is a symbolic link');
  if (seen?.kind === 'other') throw new LinkRefusedError(path, 'it is neither a file nor a folder');
  return seen;
}
