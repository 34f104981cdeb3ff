import { constants } from 'node:fs';
import { chmod, mkdir, open, rename, rm, type FileHandle, writeFile } from 'node:fs/promises';
import { FileNotThereError, OtherFileSystemError, PathTakenError } from '../files.errors.js';
import { syncFolder, withSynced, type FileContent } from '../state/durable.js';
import { codeOf } from '../state/file-system-failure.js';
import { writeNew } from '../state/new-file.js';
import { foldersTo, parentOf } from '../state/paths.js';
import { openToRead, type RootFolder, type FileEntry } from '../state/root-folder.js';
import type { StagedFolder } from '../state/staging.js';
import type { FileActions } from './file-actions.js';
import { fileOnly } from './file-only.js';
import type { FileMode } from './files.js';

const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;

/** What a change without a transaction does with files: at once, each call durably. */
export class DirectFiles implements FileActions {
  constructor(
    private readonly root: RootFolder,
    private readonly staged: StagedFolder,
  ) {}

  /** Whole or not at all: it is written aside first. */
  async write(path: string, content: FileContent, { mode }: FileMode): Promise<void> {
    const replaced = fileOnly(path, await this.root.look(path));
    await this.staged.make();
    const aside = this.staged.newAt(this.staged.nextNumber());
    await writeNew(aside, content, { mode, replaced });
    await this.makeFolders(path);
    await this.rename(aside, path);
    await this.syncParent(path);
  }

  async append(path: string, content: FileContent): Promise<void> {
    fileOnly(path, await this.root.look(path));
    await this.makeFolders(path);
    await withSynced(await open(this.root.at(path), APPEND, 0o666), (file) => writeFile(file, content));
    await this.syncParent(path);
  }

  async move(from: string, to: string): Promise<void> {
    const seen = await this.root.look(from);
    if (!seen) throw new FileNotThereError(from, 'move');
    const target = await this.root.look(to);
    if (target?.kind === 'folder') throw new PathTakenError(to, 'is a folder, and nothing is moved over one');
    await this.makeFolders(to);
    await this.rename(this.root.at(from), to);
    await this.syncParent(from);
    await this.syncParent(to);
  }

  async remove(path: string): Promise<void> {
    if (!(await this.root.look(path))) return;
    await rm(this.root.at(path), { recursive: true, force: true });
    await this.syncParent(path);
  }

  async mkdir(path: string, { mode }: FileMode): Promise<void> {
    await this.makeFolders(path);
    await this.makeFolder(path);
    if (mode !== undefined) await chmod(this.root.at(path), mode);
  }

  async chmod(path: string, mode: number): Promise<void> {
    const seen = await this.root.look(path);
    if (!seen) throw new FileNotThereError(path, 'chmod');
    if (seen.kind !== 'folder') fileOnly(path, seen);
    await chmod(this.root.at(path), mode);
  }

  async open(path: string): Promise<FileHandle> {
    if (!fileOnly(path, await this.root.look(path))) throw new FileNotThereError(path, 'read');
    return openToRead(this.root.at(path));
  }

  async kindOf(path: string): Promise<FileEntry['kind'] | undefined> {
    return (await this.root.look(path))?.kind;
  }

  async list(path: string): Promise<FileEntry[]> {
    const seen = path === '' ? 'folder' : await this.kindOf(path);
    if (seen === undefined) throw new FileNotThereError(path, 'list');
    if (seen !== 'folder') throw new PathTakenError(path, 'is no folder, and cannot be listed');
    return (await this.root.list(path)).sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  private async makeFolders(path: string): Promise<void> {
    for (const folder of foldersTo(path)) await this.makeFolder(folder);
  }

  private async makeFolder(path: string): Promise<void> {
    const seen = await this.root.look(path);
    if (seen?.kind === 'folder') return;
    if (seen) throw new PathTakenError(path, 'is no folder, and is to be one');
    await mkdir(this.root.at(path), { recursive: true });
    await this.syncParent(path);
  }

  private async rename(from: string, to: string): Promise<void> {
    await rename(from, this.root.at(to)).catch((error: unknown) => {
      throw codeOf(error) === 'EXDEV' ? new OtherFileSystemError(to) : error;
    });
  }

  private syncParent(path: string): Promise<void> {
    return syncFolder(this.root.at(parentOf(path)));
  }
}
