import { constants } from 'node:fs';
import { lstat, open, readdir, realpath, type FileHandle } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { shellWord } from '@nestjs-flamingock/core/adapter';
import { LinkRefusedError, RootUnusableError } from '../files.errors.js';
import type { FilesSettings } from '../files.options.js';
import { unless } from './file-system-failure.js';
import { foldersTo } from './paths.js';

/** What is in a folder. */
export interface FileEntry {
  readonly name: string;
  /** Links are told, and never followed. `other`: a pipe, a socket, a device. */
  readonly kind: 'file' | 'folder' | 'link' | 'other';
}

/** What is under a path, links not followed. */
export interface Entry {
  readonly kind: FileEntry['kind'];
  readonly stats: Stats;
}

/** Without waiting for the other end of a pipe. */
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** The files below a root, as they are now. Nothing here follows a link. */
export class RootFolder {
  private constructor(
    /** Absolute, and no link. */
    readonly path: string,
    readonly reserved: string | undefined,
  ) {}

  /**
   * Finds where the root is.
   *
   * @throws RootUnusableError where there is none
   */
  static async find({ targetSystem, root, reserved }: FilesSettings): Promise<RootFolder> {
    const path = await realpath(root).catch(unless(undefined, 'ENOENT', 'ENOTDIR'));
    const entry = path === undefined ? undefined : await entryAt(path);
    if (path !== undefined && entry?.kind === 'folder') return new RootFolder(path, reserved);
    const problem = entry ? 'is no folder' : 'is not there';
    throw new RootUnusableError(
      targetSystem,
      `its root ${root} ${problem}. Mount the file system that it is on, or make the folder: mkdir -p ${shellWord(root)}`,
    );
  }

  /** Where a path is on the machine. */
  at(path: string): string {
    return join(this.path, path);
  }

  /**
   * What is under a path; undefined where there is nothing.
   *
   * @throws LinkRefusedError where a link is on the way to it
   */
  async look(path: string): Promise<Entry | undefined> {
    for (const folder of foldersTo(path)) {
      const entry = await entryAt(this.at(folder));
      if (entry?.kind === 'link') throw new LinkRefusedError(path, `"${folder}" is a symbolic link`);
      if (entry?.kind !== 'folder') return undefined;
    }
    return entryAt(this.at(path));
  }

  /** What is in a folder that is there. */
  async list(path: string): Promise<FileEntry[]> {
    const found = await readdir(this.at(path), { withFileTypes: true });
    const entries = found.map((one) => ({ name: one.name, kind: kindOf(one) }));
    return path === '' ? entries.filter(({ name }) => name !== this.reserved?.split('/')[0]) : entries;
  }
}

/** Opens a file for reading. */
export function openToRead(path: string): Promise<FileHandle> {
  return open(path, READ);
}

/** What is at a place of the machine; undefined where there is nothing. */
export async function entryAt(path: string): Promise<Entry | undefined> {
  const stats = await lstat(path).catch(unless(undefined, 'ENOENT', 'ENOTDIR'));
  return stats && { kind: kindOf(stats), stats };
}

function kindOf(one: Pick<Stats, 'isFile' | 'isDirectory' | 'isSymbolicLink'>): FileEntry['kind'] {
  if (one.isFile()) return 'file';
  if (one.isDirectory()) return 'folder';
  return one.isSymbolicLink() ? 'link' : 'other';
}
