import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describeError } from '../output/describe-error.js';
import { ModuleNotFoundError, NoModuleError } from '../cli.errors.js';

/** Which export of which file is the root module. */
export interface ModuleReference {
  /** As the user wrote it, for messages. */
  readonly text: string;
  /** Absolute path. */
  readonly file: string;
  /** `undefined`: the one that looks like it. */
  readonly exportName: string | undefined;
}

/** Left off in a reference as often as not. */
const ENDINGS = ['', '.js', '.cjs', '.mjs', '.ts', '/index.js'];

/**
 * Where the application is: what `--module` says, else `flamingock.module` in the nearest package.json.
 *
 * @throws NoModuleError, ModuleNotFoundError
 */
export function findModule(option: string | undefined, directory: string): ModuleReference {
  if (option !== undefined) return parse(option, directory);
  const found = nearestManifest(directory);
  if (found?.module === undefined) throw new NoModuleError();
  return parse(found.module, found.folder);
}

function parse(text: string, folder: string): ModuleReference {
  const [, path = text, exportName] = /^(.+?)(?:#([\p{L}_$][\p{L}\p{N}_$]*))?$/u.exec(text) ?? [];
  const wanted = resolve(folder, path);
  const file = ENDINGS.map((ending) => wanted + ending).find((candidate) => isFile(candidate));
  if (file === undefined)
    throw new ModuleNotFoundError(text, `there is no file ${wanted}. Has the application been built?`);
  return { text, file, exportName };
}

function isFile(path: string): boolean {
  return existsSync(path) && !existsSync(`${path}/.`);
}

function nearestManifest(directory: string): { folder: string; module: string | undefined } | undefined {
  const folder = nearestFolder(directory);
  return folder === undefined ? undefined : { folder, module: moduleIn(join(folder, 'package.json')) };
}

/** The nearest folder upwards that has a package.json. */
export function nearestFolder(directory: string): string | undefined {
  for (let folder = directory; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

function moduleIn(path: string): string | undefined {
  try {
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as { flamingock?: { module?: unknown } } | null;
    const module = manifest?.flamingock?.module;
    return typeof module === 'string' ? module : undefined;
  } catch (error) {
    throw new ModuleNotFoundError(path, describeError(error));
  }
}
