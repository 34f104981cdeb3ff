import type { FileHandle } from 'node:fs/promises';
import type { FileContent } from '../state/durable.js';
import type { FileEntry } from '../state/root-folder.js';
import type { FileMode } from './files.js';

/** What the methods of `Files` do, once the change may do it and its paths are read. */
export interface FileActions {
  write(path: string, content: FileContent, options: FileMode): Promise<void>;
  append(path: string, content: FileContent): Promise<void>;
  move(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  mkdir(path: string, options: FileMode): Promise<void>;
  chmod(path: string, mode: number): Promise<void>;
  /** For reading. */
  open(path: string): Promise<FileHandle>;
  kindOf(path: string): Promise<FileEntry['kind'] | undefined>;
  list(path: string): Promise<FileEntry[]>;
}
