import type { Readable } from 'node:stream';
import type { FileContent } from '../state/durable.js';
import type { FileEntry } from '../state/root-folder.js';

/** What can be said of a new file or folder. */
export interface FileMode {
  /**
   * Permissions, as `0o640`.
   *
   * @default those of the file that is replaced; for a new one what the process gives new files
   */
  readonly mode?: number;
}

/**
 * The files of a target system, for its changes. Paths are relative to the root, with `/` between names; none leads
 * out of it, nor through a symbolic link.
 *
 * In a transactional change nothing is seen outside until the change has ended, and then all of it; the change itself
 * sees what it has done. In a change with `transactional: false` each call takes effect at once, and is durable once it
 * resolves.
 */
export abstract class Files {
  /** Puts a file there, in place of one that is there; folders on the way are made. */
  abstract write(path: string, content: FileContent, options?: FileMode): Promise<void>;

  /** Adds to the end of a file, which is made where there is none. In a transactional change this copies the file. */
  abstract append(path: string, content: FileContent): Promise<void>;

  /**
   * Gives a file or a folder with all that is in it another path. A file that is there is replaced, a folder is not.
   *
   * @throws FileNotThereError, PathTakenError
   */
  abstract move(from: string, to: string): Promise<void>;

  /** Removes a file, a link, or a folder with all that is in it; nothing where there is nothing. */
  abstract remove(path: string): Promise<void>;

  /** Makes a folder, and those on the way to it; nothing where it is there. */
  abstract mkdir(path: string, options?: FileMode): Promise<void>;

  /**
   * Alters the permissions of a file. In a transactional change this copies the file, and folders are refused that the
   * change has not made itself.
   *
   * @throws FileNotThereError, FolderModeError
   */
  abstract chmod(path: string, mode: number): Promise<void>;

  /**
   * The whole content of a file, in memory: for up to 2 GiB.
   *
   * @throws FileNotThereError
   */
  abstract read(path: string): Promise<Buffer>;

  /**
   * The whole content of a file, as UTF-8: for up to 512 MiB.
   *
   * @throws FileNotThereError
   */
  abstract readText(path: string): Promise<string>;

  /**
   * The content of a file of any size, piece by piece. It has to be read to its end, or destroyed, before the change
   * ends.
   *
   * @throws FileNotThereError
   */
  abstract stream(path: string): Promise<Readable>;

  /** Whether a file, a folder or anything else is there. */
  abstract exists(path: string): Promise<boolean>;

  /**
   * What is in a folder, by name; in the root without a path.
   *
   * @throws FileNotThereError
   */
  abstract list(path?: string): Promise<readonly FileEntry[]>;
}
