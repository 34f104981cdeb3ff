import { factText, saysTransient, type TargetDiagnosis } from '@nestjs-flamingock/core/adapter';

/** What is read of an error of Node's file system. */
interface Failure {
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly path?: unknown;
}

/** Too many open files, somebody at work on the file: what is over in a moment. A full disk is not among them. */
const PASSING: readonly (string | undefined)[] = [
  'EMFILE',
  'ENFILE',
  'EBUSY',
  'EAGAIN',
  'EINTR',
  'ETXTBSY',
  'ESTALE',
  'ETIMEDOUT',
];

const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'Make room on the file system.',
  EDQUOT: 'Raise the quota, or make room.',
  EROFS: 'Mount the file system so that it can be written.',
  EACCES: 'Give the user of this process the right to write there.',
  EPERM: 'Give the user of this process the right to do so.',
  EMFILE: 'Raise the limit of open files (ulimit -n).',
  ENFILE: 'Raise the limit of open files of the machine.',
  EBUSY: 'Wait until nobody is at work on it.',
  ENAMETOOLONG: 'Use a shorter name.',
  EFBIG: 'Use a smaller file, or a file system that can hold it.',
  EISDIR: 'Put the folder aside that is there.',
  ENOTDIR: 'Put aside what is there in place of a folder.',
  ENOENT: 'Make the folder again that was removed.',
  EXDEV: 'Take away the mount below the root, or make a target system of it.',
  EIO: 'Check the disk.',
};

/** Code of an error of Node, as `ENOSPC`. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, syscall } = error as Failure;
  return typeof code === 'string' && typeof syscall === 'string' ? code : undefined;
}

/** True for a failure that is over in a moment. */
export function isPassing(error: unknown): boolean {
  return PASSING.includes(codeOf(error));
}

/** What to do about a failure, as a sentence. */
export function remedyFor(error: unknown): string {
  return REMEDIES[codeOf(error) ?? ''] ?? 'See to the file system.';
}

/** What `isTransient` of the target system answers, by the error's shape. */
export function isTransient(error: unknown): boolean {
  return saysTransient(error) ?? isPassing(error);
}

/** What `diagnose` of the target system answers, by the error's shape. */
export function diagnose(error: unknown): TargetDiagnosis {
  if (codeOf(error) === undefined) return {};
  const { code, syscall, path } = error as Failure;
  return { code: factText(code), statement: factText(syscall), object: factText(path) };
}

/** Gives `instead` for a failure with one of the codes, and throws any other. */
export function unless<T>(instead: T, ...codes: readonly string[]): (error: unknown) => T {
  return (error) => {
    if (codes.includes(codeOf(error) ?? '')) return instead;
    throw error;
  };
}
