import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { FilesNotInPlaceError, FilesStateError, OtherFileSystemError } from '../files.errors.js';
import { syncFolder } from './durable.js';
import { codeOf, unless } from './file-system-failure.js';
import { parentOf } from './paths.js';
import { entryAt, type RootFolder } from './root-folder.js';
import { isSealed, type Operation, type StagedFolder } from './staging.js';

/** What is committed and may not be in place yet. */
export interface Pending {
  readonly folder: string;
  /** Digest of its operations. */
  readonly digest: string;
}

/**
 * Puts the files of a committed change into place. Any number of processes may do so at once, or again, and one that
 * stood still meanwhile does nothing: what is put is moved out of the staged folder, where it is only once, what
 * is removed is moved into it, and when all is done the folder is gone.
 *
 * @throws FilesNotInPlaceError
 */
export async function rollForward(root: RootFolder, staged: StagedFolder, sealed: string): Promise<void> {
  const text = await readFile(staged.list, 'utf8').catch(unless(undefined, 'ENOENT'));
  // Somebody else has finished it.
  if (text === undefined) return;
  if (!isSealed(text, sealed)) throw new FilesStateError(staged.list, 'is not what was written');
  const operations = JSON.parse(text) as Operation[];
  const folders = new Set<string>();
  for (const [number, operation] of operations.entries()) {
    const path = 'put' in operation ? operation.put : operation.remove;
    try {
      await ('put' in operation ? put(root, staged, operation) : remove(root, staged, path, number));
    } catch (error) {
      throw new FilesNotInPlaceError(path, error);
    }
    folders.add(parentOf(path));
  }
  for (const folder of folders) await syncFolder(root.at(folder)).catch(unless(undefined, 'ENOENT'));
  await staged.finish();
}

async function put(
  root: RootFolder,
  staged: StagedFolder,
  { put: path, from, isFolder }: Extract<Operation, { put: string }>,
): Promise<void> {
  const source = staged.newAt(from);
  await root.look(path);
  try {
    await rename(source, root.at(path));
  } catch (error) {
    const isThere = isFolder && ['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '');
    if (isThere || (codeOf(error) === 'ENOENT' && !(await entryAt(source)))) return;
    throw error;
  }
}

async function remove(root: RootFolder, staged: StagedFolder, path: string, number: number): Promise<void> {
  const aside = staged.oldAt(number);
  // It was removed before: what is there now came later.
  if (await entryAt(aside)) return;
  await root.look(path);
  // Of another kind than what was pushed aside: somebody else did that a moment ago, and has put something there.
  await rename(root.at(path), aside).catch(unless(undefined, 'ENOENT', 'ENOTDIR', 'EISDIR'));
}

/**
 * Makes sure that everything can be renamed to where it belongs, by trying it with what is not there.
 *
 * @throws OtherFileSystemError
 */
export async function assertOneMount(
  root: RootFolder,
  staged: StagedFolder,
  operations: readonly Operation[],
): Promise<void> {
  const nothing = join(staged.path, 'nothing');
  const folders = new Set(operations.map((one) => ('put' in one ? parentOf(one.put) : one.remove)));
  for (const folder of folders) {
    const code = await rename(nothing, join(root.at(folder), 'nothing')).then(() => undefined, codeOf);
    if (code === 'EXDEV') throw new OtherFileSystemError(folder);
  }
}
