import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CreateTarget, TestTarget } from './test-database.js';

/** Files in a folder of one suite's own, which is on a disk of its choice: the name of each is a note. */
export class FileNotes implements TestTarget {
  readonly options: { readonly files: { readonly root: string } };

  private constructor(root: string) {
    this.options = { files: { root } };
  }

  static in(parent = tmpdir()): CreateTarget<FileNotes> {
    return () => Promise.resolve(new FileNotes(mkdtempSync(join(parent, 'flamingock-notes-'))));
  }

  /** A folder is there with its first value. */
  createPlace(): Promise<void> {
    return Promise.resolve();
  }

  values(place: string): Promise<string[]> {
    const { root } = this.options.files;
    const isThere = readdirSync(root).includes(place);
    return Promise.resolve(isThere ? readdirSync(join(root, place)).sort() : []);
  }

  drop(): Promise<void> {
    rmSync(this.options.files.root, { recursive: true });
    return Promise.resolve();
  }
}
