import { open, type FileHandle, writeFile } from 'node:fs/promises';
import { withSynced, type FileContent } from './durable.js';
import type { Entry } from './root-folder.js';

const PERMISSIONS = 0o7777;

/** Writes a file that is not there yet, durably, with the permissions and the owner of the one that it replaces. */
export async function writeNew(
  path: string,
  content: FileContent,
  { mode, replaced }: { readonly mode?: number | undefined; readonly replaced?: Entry | undefined },
): Promise<void> {
  await withSynced(await open(path, 'wx'), async (file) => {
    await writeFile(file, content);
    await keepOwner(file, replaced);
    const permissions = mode ?? (replaced && replaced.stats.mode & PERMISSIONS);
    if (permissions !== undefined) await file.chmod(permissions);
  });
}

/** Gives a file the owner of the one that it replaces, where this process may: only root can. */
export async function keepOwner(file: FileHandle, replaced: Entry | undefined): Promise<void> {
  if (!replaced || process.getuid?.() !== 0) return;
  const { uid, gid } = replaced.stats;
  await file.chown(uid, gid);
}
