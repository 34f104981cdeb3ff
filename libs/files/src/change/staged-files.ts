import { constants } from 'node:fs';
import {
  chmod,
  copyFile,
  link,
  lstat,
  mkdir,
  open,
  readlink,
  symlink,
  type FileHandle,
  writeFile,
} from 'node:fs/promises';
import {
  FileNotThereError,
  FolderModeError,
  LinkRefusedError,
  OtherFileSystemError,
  PathTakenError,
} from '../files.errors.js';
import { withSynced, type FileContent } from '../state/durable.js';
import { codeOf } from '../state/file-system-failure.js';
import { keepOwner, writeNew } from '../state/new-file.js';
import { childOf } from '../state/paths.js';
import { openToRead, type Entry, type RootFolder, type FileEntry } from '../state/root-folder.js';
import type { StagedFolder } from '../state/staging.js';
import type { ChangedTree, Seen } from './changed-tree.js';
import type { FileActions } from './file-actions.js';
import { fileOnly } from './file-only.js';
import type { FileMode } from './files.js';
import { Lanes } from './lanes.js';

/** Files that are written at a time: each is an open file. */
const SIDE_BY_SIDE = 16;
const PERMISSIONS = 0o7777;

/** What a transactional change does with files: beside them, where nobody sees it. */
export class StagedFiles implements FileActions {
  private readonly writers = new Lanes(SIDE_BY_SIDE);
  /** What looks at the tree and alters it does so alone. */
  private readonly turn = new Lanes(1);

  constructor(
    private readonly root: RootFolder,
    private readonly tree: ChangedTree,
    private readonly staged: StagedFolder,
  ) {}

  async write(path: string, content: FileContent, { mode }: FileMode): Promise<void> {
    const replaced = fileOnly(path, await this.tree.look(path));
    const number = await this.newNumber();
    await this.writers.run(() =>
      writeNew(this.staged.newAt(number), content, { mode, replaced: replaced?.entry }),
    );
    await this.turn.run(async () => {
      fileOnly(path, await this.tree.look(path));
      await this.makeFolders(path);
      this.tree.set(path, { kind: 'file', staged: number });
    });
  }

  append(path: string, content: FileContent): Promise<void> {
    return this.turn.run(async () => {
      const seen = fileOnly(path, await this.tree.look(path));
      if (seen) {
        const copy = this.staged.newAt(await this.ownCopy(path, seen));
        await withSynced(await open(copy, 'a'), (file) => writeFile(file, content));
        return;
      }
      const number = await this.newNumber();
      await writeNew(this.staged.newAt(number), content, {});
      await this.makeFolders(path);
      this.tree.set(path, { kind: 'file', staged: number });
    });
  }

  move(from: string, to: string): Promise<void> {
    return this.turn.run(async () => {
      const seen = await this.tree.look(from);
      if (!seen) throw new FileNotThereError(from, 'move');
      const target = await this.tree.look(to);
      if (target?.kind === 'folder')
        throw new PathTakenError(to, 'is a folder, and nothing is moved over one');
      if (target && seen.kind === 'folder') {
        throw new PathTakenError(to, 'is no folder, and a folder is to be moved there');
      }
      await this.makeFolders(to);
      await this.moveTree(from, to, seen);
      this.tree.remove(from);
    });
  }

  remove(path: string): Promise<void> {
    return this.turn.run(async () => {
      if (await this.tree.look(path)) this.tree.remove(path);
    });
  }

  mkdir(path: string, { mode }: FileMode): Promise<void> {
    return this.turn.run(async () => {
      const seen = await this.tree.look(path);
      if (seen && seen.kind !== 'folder') throw new PathTakenError(path, 'is no folder, and is to be one');
      if (!seen) {
        await this.makeFolders(path);
        await this.makeFolder(path, mode);
      } else if (mode !== undefined) {
        await this.chmodFolder(path, seen, mode);
      }
    });
  }

  chmod(path: string, mode: number): Promise<void> {
    return this.turn.run(async () => {
      const seen = await this.tree.look(path);
      if (seen?.kind === 'folder') return this.chmodFolder(path, seen, mode);
      const number = await this.ownCopy(path, existingFile(path, seen, 'chmod'));
      await chmod(this.staged.newAt(number), mode);
    });
  }

  async open(path: string): Promise<FileHandle> {
    const seen = existingFile(path, await this.tree.look(path), 'read');
    return openToRead(this.whereIs(path, seen));
  }

  async kindOf(path: string): Promise<FileEntry['kind'] | undefined> {
    return (await this.tree.look(path))?.kind;
  }

  async list(path: string): Promise<FileEntry[]> {
    const seen = await this.tree.look(path);
    if (!seen) throw new FileNotThereError(path, 'list');
    if (seen.kind !== 'folder') throw new PathTakenError(path, 'is no folder, and cannot be listed');
    return this.tree.list(path);
  }

  private whereIs(path: string, { staged }: Seen): string {
    return staged === undefined ? this.root.at(path) : this.staged.newAt(staged);
  }

  private async newNumber(): Promise<number> {
    await this.staged.make();
    return this.staged.nextNumber();
  }

  private async makeFolders(path: string): Promise<void> {
    for (const folder of await this.tree.missingFolders(path)) await this.makeFolder(folder, undefined);
  }

  /** `mode` of a folder that was there before cannot be altered: so a new one in its place has to have the same. */
  private async makeFolder(path: string, mode: number | undefined): Promise<void> {
    const before = await this.tree.before(path);
    if (before?.kind === 'folder' && mode !== undefined && mode !== permissionsOf(before)) {
      throw new FolderModeError(path);
    }
    const number = await this.newNumber();
    await mkdir(this.staged.newAt(number));
    if (mode !== undefined) await chmod(this.staged.newAt(number), mode);
    this.tree.set(path, { kind: 'folder', staged: number });
  }

  private async chmodFolder(path: string, { staged, entry }: Seen, mode: number): Promise<void> {
    if (entry && permissionsOf(entry) === mode) return;
    const isNew = staged !== undefined && (await this.tree.before(path))?.kind !== 'folder';
    if (!isNew) throw new FolderModeError(path);
    await chmod(this.staged.newAt(staged), mode);
  }

  /** A staged file with the content that is under a path, which may be altered. */
  private async ownCopy(path: string, seen: Seen): Promise<number> {
    if (seen.staged !== undefined && !seen.isShared) return seen.staged;
    const number = await this.newNumber();
    const copy = this.staged.newAt(number);
    await copyFile(this.whereIs(path, seen), copy, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    const mode = seen.entry ? permissionsOf(seen.entry) : (await lstat(this.whereIs(path, seen))).mode;
    await withSynced(await open(copy, 'r'), async (file) => {
      await keepOwner(file, seen.entry);
      await file.chmod(mode & PERMISSIONS);
    });
    this.tree.set(path, { kind: 'file', staged: number });
    return number;
  }

  private async moveTree(from: string, to: string, seen: Seen): Promise<void> {
    switch (seen.kind) {
      case 'folder':
        return this.moveFolder(from, to, seen);
      case 'file':
      case 'link': {
        const isShared = seen.isShared ?? seen.staged === undefined;
        const staged = seen.staged ?? (await this.secondName(from, seen.kind));
        this.tree.set(to, { kind: seen.kind, staged, isShared });
        return;
      }
      case 'other':
        throw new LinkRefusedError(from, 'it is neither a file nor a folder');
    }
  }

  private async moveFolder(from: string, to: string, seen: Seen): Promise<void> {
    const { mode } = seen.entry?.stats ?? (await lstat(this.whereIs(from, seen)));
    await this.makeFolder(to, mode & PERMISSIONS);
    for (const { name } of await this.tree.list(from)) {
      const child = childOf(from, name);
      const there = await this.tree.look(child);
      if (there) await this.moveTree(child, childOf(to, name), there);
    }
  }

  /** A staged name for a file that keeps its first one: nothing is copied, however large it is. */
  private async secondName(path: string, kind: 'file' | 'link'): Promise<number> {
    const number = await this.newNumber();
    const name = this.staged.newAt(number);
    if (kind === 'link') {
      await symlink(await readlink(this.root.at(path)), name);
      return number;
    }
    await link(this.root.at(path), name).catch((error: unknown) => {
      throw codeOf(error) === 'EXDEV' ? new OtherFileSystemError(path) : error;
    });
    return number;
  }
}

function permissionsOf({ stats }: Entry): number {
  return stats.mode & PERMISSIONS;
}

/** A file that is there. */
function existingFile(path: string, seen: Seen | undefined, operation: string): Seen {
  const found = fileOnly(path, seen);
  if (!found) throw new FileNotThereError(path, operation);
  return found;
}
