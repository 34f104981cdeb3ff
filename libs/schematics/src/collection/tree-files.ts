import type { FileEdit, FolderEntries, ProjectFiles } from '../project/project-files.js';

/** What is used of the tree that a schematic is given: every version of the devkit has it. */
export interface SchematicTree {
  read(path: string): { toString(encoding: 'utf8'): string } | null;
  create(path: string, content: string): void;
  overwrite(path: string, content: string): void;
  getDir(path: string): { readonly subfiles: readonly string[]; readonly subdirs: readonly string[] };
}

/** The files of a schematic's tree, which are written when it is done. */
export class TreeFiles implements ProjectFiles {
  constructor(private readonly tree: SchematicTree) {}

  read(path: string): string | undefined {
    return this.tree.read(`/${path}`)?.toString('utf8');
  }

  list(folder: string): FolderEntries {
    const { subfiles, subdirs } = this.tree.getDir(`/${folder}`);
    return { files: subfiles, folders: subdirs };
  }

  write(edits: readonly FileEdit[]): void {
    for (const { path, before, after } of edits)
      if (before === undefined) this.tree.create(`/${path}`, after);
      else this.tree.overwrite(`/${path}`, after);
  }
}
