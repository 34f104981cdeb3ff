import { majorOf, wantedVersion, type Manifest } from '../project/manifest.js';
import { VERSION } from '../version.js';
import type { FoundDatabase } from './found-database.js';

/** What an application needs, by where its package.json has it. */
export interface Wanted {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** The packages of Flamingock, all of one version: the command is none of development, as it is used where the service runs. */
export function wantedPackages({ kind: { adapter } }: FoundDatabase): Wanted {
  const range = `^${VERSION}`;
  return {
    dependencies: { '@nestjs-flamingock/cli': range, '@nestjs-flamingock/core': range, [adapter]: range },
    devDependencies: { '@nestjs-flamingock/schematics': range, '@nestjs-flamingock/testing': range },
  };
}

/**
 * What else has to be installed: Nest's module of the database in the major version of Nest (npm takes the newest, whose
 * tests then fail), and the driver, which no package names.
 */
export function missingPackages(manifest: Manifest, { kind, driver }: FoundDatabase): string[] {
  const nest = majorOf(wantedVersion(manifest, '@nestjs/core'));
  const module = majorOf(wantedVersion(manifest, kind.nestPackage));
  const isOther = nest !== undefined && nest !== module;
  const libraries = [kind.library, ...(driver === undefined ? [] : [driver])];
  return [
    ...(isOther ? [`${kind.nestPackage}@^${nest}.0.0`] : module === undefined ? [kind.nestPackage] : []),
    ...libraries.filter((name) => wantedVersion(manifest, name) === undefined),
  ];
}

/** What is typed to install packages, or what package.json has. */
export function installLine(packages: readonly string[]): string {
  return ['npm install', ...packages].join(' ');
}
