import type * as schematicsPackage from '@nestjs-flamingock/schematics';
import type { FileEdit } from '@nestjs-flamingock/schematics';
import { SourcesError, UsageError } from '../cli.errors.js';
import { nearestFolder } from '../application/module-reference.js';
import { diffLines } from '../output/diff.js';
import type { Output } from '../output/output.js';
import { manyLines, oneLine } from '../output/safe-text.js';

/** What writes sources. It is loaded by the commands that do, and brings no compiler before one parses. */
export type Schematics = typeof schematicsPackage;

/** What works on the sources of a project. */
export interface SourcesWork {
  readonly schematics: Schematics;
  /** The files of the nearest folder upwards that has a package.json. */
  readonly files: InstanceType<Schematics['DiskFiles']>;
}

/**
 * Does something with the sources around a folder.
 *
 * @throws UsageError, SourcesError
 */
export async function onSources<T>(directory: string, work: (on: SourcesWork) => T): Promise<T> {
  const folder = nearestFolder(directory);
  if (folder === undefined) throw new UsageError(`There is no package.json in ${directory} or above it.`);
  const schematics: Schematics = await import('@nestjs-flamingock/schematics');
  try {
    return work({ schematics, files: new schematics.DiskFiles(folder) });
  } catch (error) {
    if (error instanceof schematics.FaultyRequestError) throw new UsageError(error.message, { cause: error });
    const isTold = [schematics.NotUnderstoodError, schematics.NoCompilerError].some(
      (kind) => error instanceof kind,
    );
    throw isTold ? new SourcesError(error as Error) : error;
  }
}

/** Files as a document names them. */
export function fileNames(edits: readonly FileEdit[]): { path: string; action: 'create' | 'update' }[] {
  return edits.map(({ path, before }) => ({ path, action: before === undefined ? 'create' : 'update' }));
}

/** One line for each file. */
export function writtenLines(edits: readonly FileEdit[], { palette }: Output): string[] {
  return fileNames(edits).map(({ path, action }) => `${palette.green('✔')} ${action}  ${oneLine(path)}`);
}

/** All that would be written, as `diff -u` shows it. */
export function diffOf(edits: readonly FileEdit[], { palette }: Output): string {
  const colours: Readonly<Record<string, (text: string) => string>> = {
    '+': palette.green,
    '-': palette.red,
    '@': palette.dim,
  };
  return edits
    .flatMap(({ path, before = '', after }) => [
      palette.bold(`--- ${before === '' ? '/dev/null' : oneLine(path)}`),
      palette.bold(`+++ ${oneLine(path)}`),
      ...diffLines(before, after).map((line) => (colours[line.charAt(0)] ?? String)(manyLines(line))),
    ])
    .join('\n');
}
