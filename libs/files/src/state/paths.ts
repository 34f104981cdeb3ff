import { PathRefusedError } from '../files.errors.js';

/** Reads a path as a change writes it; empty for the root. */
export type ReadPath = (path: string) => string;

/**
 * How paths of changes are read: as what is below the root, with single slashes. `reserved`: the state folder's, which
 * no change may use, in any spelling.
 */
export function pathReader(reserved: string | undefined): ReadPath {
  const kept = reserved === undefined ? undefined : foldedName(reserved);
  return (path) => {
    const objection = objectionTo(path);
    if (objection !== undefined) throw new PathRefusedError(path, objection);
    const folded = foldedName(path);
    if (kept !== undefined && (folded === kept || folded.startsWith(`${kept}/`))) {
      throw new PathRefusedError(path, 'is in the state folder of the target system');
    }
    return path;
  };
}

/** A name as file systems compare it that tell neither case nor Unicode form. */
export function foldedName(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/** The path of the folder that a path is in; empty for the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** The path of a name in a folder. */
export function childOf(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** Every folder on the way to a path, the outermost first; without the root. */
export function foldersTo(path: string): string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_name, at) => names.slice(0, at + 1).join('/'));
}

function objectionTo(path: unknown): string | undefined {
  if (typeof path !== 'string') return 'is no text';
  if (path === '') return 'is empty';
  if (path.includes('\0')) return 'has a NUL character';
  if (path.startsWith('/')) return 'is absolute';
  if (/\p{Surrogate}/u.test(path)) return 'has half of a surrogate pair, which no file name can hold';
  const names = path.split('/');
  if (names.includes('..')) return 'leads out by ".."';
  if (names.includes('.') || names.includes('')) return 'has a name that is empty or "."';
  return undefined;
}
