import { FlamingockError } from '@nestjs-flamingock/core';
import { codeOf, isPassing, remedyFor } from './state/file-system-failure.js';

/** An option of `fileSystemTargetSystem` has a value that cannot work. */
export class FilesOptionsError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_FILES_OPTIONS';

  constructor(
    readonly option: string,
    value: unknown,
    expected: string,
  ) {
    super(`Option "${option}" of fileSystemTargetSystem is ${JSON.stringify(value)}. Give it ${expected}.`);
  }
}

/** The folder of a target system cannot be used as it is. Nothing was run. */
export class RootUnusableError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_ROOT_UNUSABLE';

  constructor(
    readonly targetSystem: string,
    /** Why, and the remedy. */
    readonly objection: string,
    options?: ErrorOptions,
  ) {
    super(`Target system "${targetSystem}" cannot use its folder: ${objection}`, options);
  }
}

/** A path is none that a change may use. Nothing was done with it. */
export class PathRefusedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_PATH_REFUSED';

  constructor(
    readonly path: string,
    why: string,
  ) {
    super(
      `The path ${JSON.stringify(path)} ${why}. Give a path below the root of the target system, with / between ` +
        'its names, as "terms/en.txt".',
    );
  }
}

/** A path leads through a symbolic link, or to something that is neither a file nor a folder. It was not followed. */
export class LinkRefusedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_LINK_REFUSED';

  constructor(
    readonly path: string,
    /** Which part of the path it is, and what. */
    where: string,
  ) {
    super(
      `The path "${path}" was not followed: ${where}, which could lead out of the root. Use the path that it ` +
        'leads to, remove it by remove(), or make a target system of the folder where the files are.',
    );
  }
}

/** There is no such file or folder. */
export class FileNotThereError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_FILE_NOT_THERE';

  constructor(
    readonly path: string,
    operation: string,
  ) {
    super(
      `${operation} "${path}": there is nothing under this path. Ask exists() first where that may be so.`,
    );
  }
}

/** Something else is where a file or a folder should be. */
export class PathTakenError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_PATH_TAKEN';

  constructor(
    readonly path: string,
    /** The sentence's rest: what is there, and what was wanted. */
    problem: string,
  ) {
    super(`"${path}" ${problem}. Remove it first, or use another path.`);
  }
}

/** Two names of one change are one name on the file system. Nothing took effect. */
export class NamesAreOneError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_NAMES_ARE_ONE';

  constructor(
    readonly path: string,
    readonly other: string,
  ) {
    super(
      `"${path}" and "${other}" are one name: they differ only by what the file system, or Unicode, takes for the ` +
        'same. Use one spelling throughout the change.',
    );
  }
}

/** The mode of a folder that was there before the change cannot be altered with it. */
export class FolderModeError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_FOLDER_MODE';

  constructor(readonly path: string) {
    super(
      `The mode of the folder "${path}" cannot be altered in a transactional change: a file system has no way to do ` +
        'that together with the rest. Do it in a change of its own that is declared transactional: false.',
    );
  }
}

/** A path is on another file system, or another mount, than the root: nothing can be renamed there. */
export class OtherFileSystemError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_OTHER_FILE_SYSTEM';

  constructor(readonly path: string) {
    super(
      `"${path}" is on another file system or mount than the root of the target system, so that nothing can be ` +
        'renamed there in one step. Make a target system of that mount, or declare the change transactional: false.',
    );
  }
}

/** Another service changed files of the same root while the change was at work. Nothing of it took effect. */
export class FilesChangedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_FILES_CHANGED';
  override readonly isTransient = true;

  constructor(readonly changeId: string) {
    super(
      `Another service changed files of this root while change "${changeId}" was at work, so nothing of the change ` +
        'took effect. Start again; should that repeat, give each service a root of its own.',
    );
  }
}

/** A change is committed, and some of its files could not be put into place. They are once the reason is gone. */
export class FilesNotInPlaceError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_FILES_NOT_IN_PLACE';
  override readonly isTransient: boolean;

  constructor(
    /** Relative to the root. */
    readonly path: string,
    cause: unknown,
  ) {
    super(
      `A change is committed, and "${path}" could not be put into place: ${messageOf(cause)}. Nothing is lost, and ` +
        `nothing else runs on this target until it is done. ${remedyFor(cause)} Then start again: the rest is put ` +
        'into place first.',
      { cause },
    );
    this.isTransient = isPassing(cause);
    this.hide('isTransient');
  }
}

/** What the target system keeps in its state folder cannot be read. */
export class FilesStateError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_FILES_STATE';

  constructor(
    readonly file: string,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(
      `The state of the target system in "${file}" ${problem}. Restore the root with its state folder from a ` +
        'backup; nothing on this target runs until then.',
      options,
    );
  }
}

/** The file system refused what a change asked of it. */
export class FileSystemError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_FILE_SYSTEM';
  override readonly isTransient: boolean;

  constructor(
    /** What was asked, with its path relative to the root. */
    readonly operation: string,
    /** As Node has it: `ENOSPC`. */
    readonly errno: string,
    cause: unknown,
  ) {
    super(`${operation} failed: ${messageOf(cause)}. ${remedyFor(cause)} Then start again.`, { cause });
    this.isTransient = isPassing(cause);
    this.hide('isTransient');
  }

  /** @internal The error to throw for a failure of `operation`; one of this library stays as it is. */
  static of(operation: string, failure: unknown): unknown {
    const errno = failure instanceof FlamingockError ? undefined : codeOf(failure);
    return errno === undefined ? failure : new FileSystemError(operation, errno, failure);
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
