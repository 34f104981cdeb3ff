import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { node24 } from '../../../tools/node24.mjs';
import { packLibraries } from '../../../tools/pack.mjs';
import { sh } from './sh.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const installed = join(root, 'node_modules');

/** Everything that consumers share, made once in `workshop`. */
export async function prepare(workshop) {
  const on24 = node24();
  const tarballs = join(workshop, 'tarballs');
  mkdirSync(tarballs);
  const schematics11 = join(workshop, 'schematics-11');
  mkdirSync(schematics11);
  writeFileSync(join(schematics11, 'package.json'), '{ "private": true }');
  await sh(
    'npm',
    [
      ...['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'],
      ...['@nestjs/schematics@11', '@angular-devkit/schematics-cli@19'],
    ],
    { cwd: schematics11 },
  );
  return {
    libraries: packLibraries(tarballs),
    env: { 20: process.env, 24: on24.env },
    schematics: { 11: schematicsOf(join(schematics11, 'node_modules')), 12: schematicsOf(installed) },
    driver: { 20: join(installed, 'better-sqlite3'), 24: on24.driver },
  };
}

function schematicsOf(modules) {
  return join(modules, '@angular-devkit', 'schematics-cli', 'bin', 'schematics.js');
}

/** Gives a project the native driver as it was compiled for its Node, instead of compiling it again. */
export function copyDriverBuild(driver, project) {
  const target = join(project, 'node_modules', 'better-sqlite3', 'build', 'Release');
  mkdirSync(target, { recursive: true });
  cpSync(join(driver, 'build', 'Release', 'better_sqlite3.node'), join(target, 'better_sqlite3.node'));
}
