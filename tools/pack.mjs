import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Folders of the libraries, the only packages that are published. */
export const libraries = readdirSync('libs').map((name) => join('libs', name));

/** The bundle behind the entries of a library that has several. */
export const SHARED = 'shared.js';

/**
 * Packs the built libraries into `destination`.
 *
 * @returns for each its name, tarball path, folder and the files in it
 */
export function packLibraries(destination) {
  const workspaces = libraries.flatMap((folder) => ['--workspace', folder]);
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', destination, ...workspaces];
  const { status, stdout, stderr } = spawnSync('npm', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm pack failed:\n${stderr}`);
  const packed = JSON.parse(stdout);
  const list = Array.isArray(packed) ? packed : Object.values(packed);
  return list.map(({ name, filename, files }) => ({
    name,
    tarball: join(destination, filename),
    folder: libraries.find((folder) => manifest(folder).name === name),
    files: files.map(({ path }) => path),
  }));
}

export function manifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
