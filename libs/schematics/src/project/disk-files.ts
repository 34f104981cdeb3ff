import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FileEdit, FolderEntries, ProjectFiles } from './project-files.js';

/** The files in a folder of this machine. */
export class DiskFiles implements ProjectFiles {
  constructor(readonly root: string) {}

  read(path: string): string | undefined {
    const file = join(this.root, path);
    return statSync(file, { throwIfNoEntry: false })?.isFile() === true
      ? readFileSync(file, 'utf8')
      : undefined;
  }

  list(folder: string): FolderEntries {
    const path = join(this.root, folder);
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return { files: [], folders: [] };
    const entries = readdirSync(path, { withFileTypes: true });
    return {
      files: entries.filter((entry) => entry.isFile()).map(({ name }) => name),
      folders: entries.filter((entry) => entry.isDirectory()).map(({ name }) => name),
    };
  }

  /** Writes what is to be written; new files never over ones that came meanwhile. */
  write(edits: readonly FileEdit[]): void {
    for (const { path, before, after } of edits) {
      const file = join(this.root, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, after, { flag: before === undefined ? 'wx' : 'w' });
    }
  }
}
