import { existsSync } from 'node:fs';
import { ESLint, type Linter } from 'eslint';
import tseslint from 'typescript-eslint';

// No file below needs to exist, so nothing can be looked up in the type-checked project.
const eslint = new ESLint({
  overrideConfig: [{ files: ['**/*.ts'], ...(tseslint.configs.disableTypeChecked as Linter.Config) }],
});

/** Rules that a file's text breaks. */
async function broken(filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath });
  return [...new Set(result!.messages.map(({ ruleId, message }) => ruleId ?? message))];
}

const IMPORTS = 'boundaries/dependencies';
const SYNTAX = 'no-restricted-syntax';
const GLOBALS = 'no-restricted-globals';
const PROPERTIES = 'no-restricted-properties';
const NAMED_IMPORTS = 'no-restricted-imports';

const BREACHES: readonly [string, string, string, string][] = [
  // Nest
  [
    'the engine imports Nest',
    'libs/core/src/executor/new.ts',
    `export { Module } from '@nestjs/common';`,
    IMPORTS,
  ],
  [
    'the engine imports a type of Nest',
    'libs/core/src/lock/new.ts',
    `export type { Type } from '@nestjs/common';`,
    IMPORTS,
  ],
  [
    'the engine loads Nest late',
    'libs/core/src/lock/new.ts',
    `export const nest = import('@nestjs/core');`,
    IMPORTS,
  ],
  [
    'the engine imports the inside of Nest',
    'libs/core/src/audit/new.ts',
    `export * from '@nestjs/common/constants.js';`,
    IMPORTS,
  ],
  [
    'Nest parts import @nestjs/config',
    'libs/core/src/nest/new.ts',
    `export * from '@nestjs/config';`,
    IMPORTS,
  ],
  // core and its adapters
  [
    'core imports an adapter',
    'libs/core/src/nest/new.ts',
    `export * from '@nestjs-flamingock/typeorm';`,
    IMPORTS,
  ],
  [
    'core imports an adapter by path',
    'libs/core/src/nest/new.ts',
    `export * from '../../../typeorm/src/index.js';`,
    IMPORTS,
  ],
  ['core imports a driver', 'libs/core/src/nest/new.ts', `export * from 'typeorm';`, IMPORTS],
  ['core touches files', 'libs/core/src/nest/new.ts', `export * from 'node:fs';`, IMPORTS],
  [
    'an adapter reaches into core',
    'libs/typeorm/src/new.ts',
    `export * from '@nestjs-flamingock/core/dist/lock/lease.js';`,
    IMPORTS,
  ],
  [
    'an adapter imports core by path',
    'libs/typeorm/src/new.ts',
    `export * from '../../core/src/index.js';`,
    IMPORTS,
  ],
  [
    'an adapter imports another adapter',
    'libs/typeorm/src/new.ts',
    `export * from '@nestjs-flamingock/testing';`,
    IMPORTS,
  ],
  [
    'an adapter imports the driver of another',
    'libs/typeorm/src/new.ts',
    `export * from 'mongoose';`,
    IMPORTS,
  ],
  ['an adapter imports the Nest engine', 'libs/typeorm/src/new.ts', `export * from '@nestjs/core';`, IMPORTS],
  [
    'what writes sources brings a compiler of its own',
    'libs/schematics/src/source/new.ts',
    `export { createSourceFile } from 'typescript';`,
    IMPORTS,
  ],
  [
    'the demo reaches into a library',
    'apps/demo/src/new.ts',
    `export * from '../../../libs/core/src/index.js';`,
    IMPORTS,
  ],
  // pure rooms
  ['the planner does I/O', 'libs/core/src/plan/execution-planner.ts', `export * from 'node:fs';`, IMPORTS],
  ['recovery hashes', 'libs/core/src/recovery/new.ts', `export * from 'node:crypto';`, IMPORTS],
  [
    'recovery asks the machine',
    'libs/core/src/recovery/new.ts',
    `export * from '../runtime/node-runtime.js';`,
    IMPORTS,
  ],
  [
    'the planner reads the clock',
    'libs/core/src/plan/execution-planner.ts',
    `export const at = new Date(0);`,
    GLOBALS,
  ],
  ['recovery waits', 'libs/core/src/recovery/new.ts', `setTimeout(() => undefined, 1);`, GLOBALS],
  [
    'the snapshot reads the environment',
    'libs/core/src/audit/audit-snapshot.ts',
    `export const env = process.env;`,
    GLOBALS,
  ],
  [
    'the snapshot measures',
    'libs/core/src/audit/audit-snapshot.ts',
    `export const at = performance.now();`,
    GLOBALS,
  ],
  // time, ids and chance
  ['core reads the clock', 'libs/core/src/lock/new.ts', `export const at = Date.now();`, PROPERTIES],
  ['core reads the clock by a date', 'libs/core/src/lock/new.ts', `export const at = new Date();`, SYNTAX],
  ['core starts a timer', 'libs/core/src/lock/new.ts', `setInterval(() => undefined, 1);`, GLOBALS],
  [
    'core starts a timer by its module',
    'libs/core/src/lock/new.ts',
    `export * from 'node:timers/promises';`,
    IMPORTS,
  ],
  [
    'core starts a timer by a signal',
    'libs/core/src/lock/new.ts',
    `export const late = AbortSignal.timeout(1);`,
    PROPERTIES,
  ],
  [
    'core makes an id',
    'libs/core/src/audit/new.ts',
    `export { randomUUID } from 'node:crypto';`,
    NAMED_IMPORTS,
  ],
  ['core throws dice', 'libs/core/src/lock/new.ts', `export const n = Math.random();`, PROPERTIES],
  ['an adapter reads the clock', 'libs/redis/src/new.ts', `export const at = Date.now();`, PROPERTIES],
  ['an adapter reads the clock by a date', 'libs/redis/src/new.ts', `export const at = new Date();`, SYNTAX],
  ['an adapter measures', 'libs/kafka/src/target/new.ts', `export const at = performance.now();`, GLOBALS],
  [
    'an adapter starts a timer',
    'libs/mongoose/src/new.ts',
    `export const end = setTimeout(() => undefined, 1);`,
    GLOBALS,
  ],
  [
    'an adapter starts a timer by its module',
    'libs/mongoose/src/new.ts',
    `export { setTimeout } from 'node:timers/promises';`,
    NAMED_IMPORTS,
  ],
  [
    'an adapter measures by a module',
    'libs/typeorm/src/database/new.ts',
    `export { performance } from 'node:perf_hooks';`,
    NAMED_IMPORTS,
  ],
  ['an adapter throws dice', 'libs/typeorm/src/new.ts', `export const n = Math.random();`, PROPERTIES],
  ['core asks for the host', 'libs/core/src/lock/new.ts', `export * from 'node:os';`, IMPORTS],
  ['core reads the environment', 'libs/core/src/nest/new.ts', `export const env = process.env;`, GLOBALS],
  // metadata
  [
    'core reads metadata elsewhere',
    'libs/core/src/nest/new.ts',
    `Reflect.getMetadata('a', Object);`,
    PROPERTIES,
  ],
  [
    'an adapter writes metadata',
    'libs/typeorm/src/new.ts',
    `Reflect.defineMetadata('a', 1, Object);`,
    PROPERTIES,
  ],
  [
    'the accessor writes metadata',
    'libs/core/src/change/change-metadata.accessor.ts',
    `Reflect.defineMetadata('a', 1, Object);`,
    PROPERTIES,
  ],
  // a library owns no process
  ['a library prints', 'libs/typeorm/src/new.ts', `console.log('hello');`, 'no-console'],
  ['a library exits', 'libs/typeorm/src/new.ts', `process.exit(1);`, PROPERTIES],
  ['a library throws a bare error', 'libs/typeorm/src/new.ts', `throw new Error('bare');`, SYNTAX],
  [
    'a library rejects with a bare error',
    'libs/testing/src/new.ts',
    `export const no = Promise.reject(new Error('bare'));`,
    SYNTAX,
  ],
  [
    'node-runtime throws a bare error',
    'libs/core/src/runtime/node-runtime.ts',
    `throw new Error('bare');`,
    SYNTAX,
  ],
  // module format
  ['an import leaves .js out', 'libs/core/src/new.ts', `export * from './runtime/runtime';`, SYNTAX],
  ['a test leaves .js out', 'test/apps/e2e/new.ts', `import '..';`, SYNTAX],
  ['a library names its own file', 'libs/core/src/new.ts', `export const here = import.meta.url;`, SYNTAX],
  ['a library requires', 'libs/typeorm/src/new.ts', `export const typeorm = require('typeorm');`, GLOBALS],
  ['a library asks for its folder', 'libs/typeorm/src/new.ts', `export const here = __dirname;`, GLOBALS],
];

const ALLOWED: readonly [string, string, string][] = [
  ['Nest in nest/', 'libs/core/src/nest/new.ts', `export * from '@nestjs/common';`],
  [
    'Nest in a decorator',
    'libs/core/src/change/new.decorator.ts',
    `export * from '@nestjs/common/constants.js';`,
  ],
  ['@nestjs/config in its entry', 'libs/core/src/config.ts', `export * from '@nestjs/config';`],
  ['another room of core', 'libs/core/src/executor/new.ts', `export * from '../runtime/runtime.js';`],
  [
    'a type of the runtime in a pure room',
    'libs/core/src/recovery/new.ts',
    `export type { Runtime } from '../runtime/runtime.js';`,
  ],
  [
    'core and the driver in an adapter',
    'libs/typeorm/src/new.ts',
    `export * from '@nestjs-flamingock/core';\nexport * from 'typeorm';`,
  ],
  [
    'the clock in node-runtime',
    'libs/core/src/runtime/node-runtime.ts',
    `import { hostname } from 'node:os';\nexport const now = [hostname, Date.now(), Math.random()];`,
  ],
  [
    'a timer in a spec of an adapter',
    'libs/redis/src/new.spec.ts',
    `import { setTimeout as delay } from 'node:timers/promises';\nawait delay(Date.now());`,
  ],
  [
    'metadata written by a decorator',
    'libs/core/src/change/new.decorator.ts',
    `Reflect.defineMetadata('a', 1, Object);`,
  ],
  [
    'metadata read by the accessor',
    'libs/core/src/change/change-metadata.accessor.ts',
    `Reflect.getMetadata('a', Object);`,
  ],
  ['any library in a spec', 'libs/core/src/lock/new.spec.ts', `export * from '@nestjs-flamingock/testing';`],
  ['a plain script in a test', 'test/apps/e2e/new.ts', `export * from '../../support/services/servers.mjs';`],
  [
    'a library of its own choice in the demo',
    'apps/demo/src/new.ts',
    `export * from '@nestjs-flamingock/typeorm';\nexport * from '@nestjs/platform-express';`,
  ],
];

describe('walls', () => {
  it.each(BREACHES)('lint fails when %s', async (_, filePath, code, rule) => {
    expect(await broken(filePath, code)).toContain(rule);
  });

  it.each(ALLOWED)('lint allows %s', async (_, filePath, code) => {
    expect(await broken(filePath, code)).toEqual([]);
  });

  it('names only files that there are', () => {
    const named = [...BREACHES, ...ALLOWED]
      .map(([, filePath]) => filePath)
      .filter((path) => !path.includes('/new.'));
    expect(named.filter((path) => !existsSync(path))).toEqual([]);
  });
});
