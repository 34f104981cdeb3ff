import { parentOf } from '../state/paths.js';

/** Values by path, which also knows what is in a folder and below it, however many paths there are. */
export class PathMap<T> {
  private readonly values = new Map<string, T>();
  /** By folder: the paths in it that have a value, or one below them. */
  private readonly inside = new Map<string, Set<string>>();

  get size(): number {
    return this.values.size;
  }

  get(path: string): T | undefined {
    return this.values.get(path);
  }

  has(path: string): boolean {
    return this.values.has(path);
  }

  entries(): MapIterator<[path: string, value: T]> {
    return this.values.entries();
  }

  set(path: string, value: T): void {
    this.values.set(path, value);
    for (let at = path; at !== ''; at = parentOf(at)) {
      const folder = parentOf(at);
      const paths = this.inside.get(folder);
      if (paths?.has(at)) return;
      if (paths) paths.add(at);
      else this.inside.set(folder, new Set([at]));
    }
  }

  delete(path: string): void {
    this.values.delete(path);
    for (let at = path; at !== '' && !this.values.has(at) && !this.inside.has(at); at = parentOf(at)) {
      const folder = parentOf(at);
      const paths = this.inside.get(folder);
      paths?.delete(at);
      if (paths?.size === 0) this.inside.delete(folder);
    }
  }

  /** Removes all below a path, but not the path itself. */
  deleteBelow(path: string): void {
    for (const inner of [...(this.inside.get(path) ?? [])]) {
      this.deleteBelow(inner);
      this.delete(inner);
    }
  }

  /** What is right in a folder. */
  *in(folder: string): Generator<[path: string, value: T]> {
    for (const path of this.inside.get(folder) ?? []) {
      const value = this.values.get(path);
      if (value !== undefined) yield [path, value];
    }
  }
}
