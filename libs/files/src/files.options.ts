import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { ProvidedHandle } from '@nestjs-flamingock/core/adapter';
import { FilesOptionsError } from './files.errors.js';

/** Options of {@link fileSystemTargetSystem}. */
export interface FileSystemTargetSystemOptions {
  /** The folder with the files; it must be there. A relative path begins at the working directory of the process. */
  readonly root: string;
  /**
   * Where staged files, markers and fences are kept: a folder on the file system of the root, for nobody else. A
   * relative path begins at the root.
   *
   * @default '.flamingock'
   */
  readonly stateFolder?: string;
  /** What else parameters of this target's changes may ask for. */
  readonly provide?: readonly ProvidedHandle[];
}

/** Options with their defaults. */
export interface FilesSettings {
  readonly targetSystem: string;
  /** Absolute. */
  readonly root: string;
  /** Absolute. */
  readonly stateFolder: string;
  /** The path of the state folder below the root, which no change may use; undefined where it is elsewhere. */
  readonly reserved: string | undefined;
}

/**
 * Fills in the defaults.
 *
 * @throws FilesOptionsError for values that cannot work.
 */
export function resolveFilesOptions(
  targetSystem: string,
  options: Partial<FileSystemTargetSystemOptions>,
): FilesSettings {
  const { root, stateFolder = '.flamingock' } = options;
  if (typeof root !== 'string' || root === '') {
    throw new FilesOptionsError('root', root ?? null, 'the path of a folder');
  }
  if (typeof stateFolder !== 'string' || stateFolder === '') {
    throw new FilesOptionsError('stateFolder', stateFolder, 'the path of a folder for nothing else');
  }
  const absolute = resolve(root);
  const state = isAbsolute(stateFolder) ? resolve(stateFolder) : join(absolute, stateFolder);
  const below = relative(absolute, state);
  const isOutside = below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below);
  if (below === '' || !relative(state, absolute).startsWith('..')) {
    throw new FilesOptionsError('stateFolder', stateFolder, 'a folder that does not hold the root');
  }
  return { targetSystem, root: absolute, stateFolder: state, reserved: isOutside ? undefined : below };
}
