import { link, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RootUnusableError } from '../files.errors.js';
import type { FilesSettings } from '../files.options.js';
import { syncFolder, writeSynced } from '../state/durable.js';
import { codeOf, remedyFor } from '../state/file-system-failure.js';
import { entryAt, RootFolder } from '../state/root-folder.js';
import type { StateFolder } from '../state/staging.js';

/**
 * Why a folder cannot be a target system's, with the remedy; undefined if it can. Tries all that a commit needs, in the
 * state folder, which it makes.
 *
 * @throws what the file system says where that may be otherwise in a moment
 */
export async function objectionTo(
  settings: FilesSettings,
  folder: StateFolder,
  probe: string,
): Promise<string | undefined> {
  if (process.platform === 'win32') {
    return (
      'Windows neither makes a folder durable nor renames over a file that is open. Run it on a POSIX system, or ' +
      'use nonTransactionalTargetSystem with a service of your own.'
    );
  }
  try {
    const root = await RootFolder.find(settings);
    const isLink = (await entryAt(folder.path))?.kind === 'link';
    if (isLink)
      return `its state folder ${folder.path} is a symbolic link. Name the folder itself in stateFolder.`;
    await folder.make();
    await tryCommit(folder, probe);
    return await objectionToMount(root, folder, probe);
  } catch (error) {
    if (error instanceof RootUnusableError) return error.objection;
    const code = codeOf(error);
    if (code === undefined) throw error;
    return `${String(error)}. ${remedyFor(error)}`;
  }
}

/** Writes, links, renames and makes durable, as a commit does: where the claims of others leave it alone. */
async function tryCommit(folder: StateFolder, probe: string): Promise<void> {
  const draft = join(folder.staged, probe);
  const [linked, renamed] = [`${draft}.linked`, `${draft}.renamed`];
  try {
    await writeSynced(draft, '');
    await link(draft, linked);
    await rename(linked, renamed);
    await syncFolder(folder.staged);
  } finally {
    for (const file of [draft, linked, renamed]) await rm(file, { force: true });
  }
}

async function objectionToMount(
  root: RootFolder,
  folder: StateFolder,
  probe: string,
): Promise<string | undefined> {
  const renaming = rename(join(folder.staged, probe), root.at(probe));
  const code = await renaming.then(() => undefined, codeOf);
  if (code === undefined || code === 'ENOENT') return undefined;
  if (code === 'EXDEV') {
    return (
      `its state folder ${folder.path} is on another file system or mount than the root, so that nothing can be ` +
      'renamed between them. Give stateFolder a folder on that of the root.'
    );
  }
  return `nothing can be renamed into ${root.path} (${code}). Give the user of this process the right to write there.`;
}
