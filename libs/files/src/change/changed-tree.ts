import { NamesAreOneError, PathTakenError } from '../files.errors.js';
import { foldedName, foldersTo } from '../state/paths.js';
import type { Entry, RootFolder, FileEntry } from '../state/root-folder.js';
import { PathMap } from './path-map.js';

/** What a change has put under a path; `gone`: it has removed what was there. Nothing below a new folder was there before. */
export type Node =
  | {
      readonly kind: 'file' | 'folder' | 'link';
      readonly staged: number;
      /** True where it is a second name of a file that is not the change's own. */
      readonly isShared?: boolean;
    }
  | { readonly kind: 'gone' };

/** What is under a path as the change sees it. */
export interface Seen {
  readonly kind: FileEntry['kind'];
  /** Where the change has staged it; undefined where it was there before. */
  readonly staged?: number;
  /** As in {@link Node}. */
  readonly isShared?: boolean;
  /** Where it was there before. */
  readonly entry?: Entry;
}

/** The files of a root as a change has altered them, which nobody else sees. */
export class ChangedTree {
  private readonly nodes = new PathMap<Node>();
  /** How each name is spelled that the change has used. */
  private readonly spellings = new Map<string, string>();

  /** `tellsCase`: false where the file system takes `A` and `a` for one name. */
  constructor(
    private readonly root: RootFolder,
    private readonly tellsCase: boolean,
  ) {}

  /** All that was altered, what is outside before what is in it. */
  entries(): (readonly [path: string, node: Node])[] {
    return [...this.nodes.entries()].sort(([one], [other]) => (one < other ? -1 : 1));
  }

  has(path: string): boolean {
    return this.nodes.has(path);
  }

  /** What is under a path; undefined where there is nothing. */
  async look(path: string): Promise<Seen | undefined> {
    if (path === '') return { kind: 'folder' };
    const node = this.nodes.get(path);
    if (node) return node.kind === 'gone' ? undefined : node;
    if (this.isCovered(path)) return undefined;
    const entry = await this.root.look(path);
    return entry && { kind: entry.kind, entry };
  }

  /** What was under a path before the change, unless something on the way to it gives way to a new folder. */
  async before(path: string): Promise<Entry | undefined> {
    for (const folder of foldersTo(path)) {
      if (!this.nodes.has(folder)) continue;
      const { kind } = (await this.root.look(folder)) ?? {};
      if (kind !== 'folder') return undefined;
    }
    return this.root.look(path);
  }

  /** What is in a folder, by name. */
  async list(path: string): Promise<FileEntry[]> {
    const isNew = this.nodes.has(path) || this.isCovered(path);
    const found = isNew ? [] : await this.root.list(path);
    const entries = new Map(found.map((entry) => [entry.name, entry]));
    for (const [at, { kind }] of this.nodes.in(path)) {
      const name = at.slice(path === '' ? 0 : path.length + 1);
      if (kind === 'gone') entries.delete(name);
      else entries.set(name, { name, kind });
    }
    return [...entries.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** The folders on the way to a path that are still to be made. @throws PathTakenError */
  async missingFolders(path: string): Promise<string[]> {
    const missing: string[] = [];
    for (const folder of foldersTo(path)) {
      const seen = await this.look(folder);
      if (!seen) missing.push(folder);
      else if (seen.kind !== 'folder') throw new PathTakenError(folder, 'is no folder, and the path goes on');
    }
    return missing;
  }

  /** Puts something under a path whose folders are there. */
  set(path: string, node: Node): void {
    this.spell(path);
    this.nodes.set(path, node);
  }

  /** Removes what is under a path, with all that is below it. */
  remove(path: string): void {
    this.spell(path);
    this.nodes.deleteBelow(path);
    if (this.isCovered(path)) this.nodes.delete(path);
    else this.nodes.set(path, { kind: 'gone' });
  }

  /** Notes how names are spelled. @throws NamesAreOneError */
  private spell(path: string): void {
    for (const one of [...foldersTo(path), path]) {
      const folded = this.tellsCase ? one.normalize('NFC') : foldedName(one);
      const other = this.spellings.get(folded) ?? one;
      if (other !== one) throw new NamesAreOneError(one, other);
      this.spellings.set(folded, one);
    }
  }

  /** Whether nothing is seen under a path of what was there before. */
  private isCovered(path: string): boolean {
    return foldersTo(path).some((folder) => this.nodes.has(folder));
  }
}
