import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { hostname, uptime } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { ProcessFacts, Runtime } from './runtime.js';
import { wakingClock } from './waking-clock.js';

/** The {@link Runtime} of a real process. */
export const nodeRuntime: Runtime = {
  monotonicMs: wakingClock({
    monotonicMs: () => performance.now(),
    wallMs: () => Date.now(),
    uptimeMs: () => uptime() * 1_000,
  }),
  timer(ms, callback, idle) {
    const timer = setTimeout(callback, ms);
    if (idle) timer.unref();
    return () => clearTimeout(timer);
  },
  async end(exitCode) {
    await Promise.all([process.stdout, process.stderr].map(written));
    process.exit(exitCode);
  },
  uuid: randomUUID,
  random: Math.random,
  host: hostname(),
  pid: process.pid,
  processFacts: () => processFacts(),
};

/** Resolves once a stream has passed on what was written to it, or cannot any more. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.once('error', () => resolve());
    stream.write('', () => resolve());
  });
}

/** What the environment of this process says about development. */
export function developmentVariables(): Readonly<Record<'FLAMINGOCK_DEV' | 'NODE_ENV', string | undefined>> {
  const { FLAMINGOCK_DEV, NODE_ENV } = process.env;
  return { FLAMINGOCK_DEV, NODE_ENV };
}

/** Variables that are read whether or not the application loads `flamingockConfig`: a probe opens before anything else. */
export function probeVariables(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

/** The machine's date and time, in milliseconds since 1970: for people to read, never to decide by. */
export function timeOfDay(): number {
  return Date.now();
}

/**
 * The name of the application: that of the nearest package.json which has one, from the working directory upwards,
 * and from the folder of the script that was started where there is none. Not of a package that is installed, as a
 * test runner or our own command is. `undefined` where neither leads to a name, as in a bundle that is shipped alone.
 */
export function applicationName(
  workingDirectory = process.cwd(),
  script: string | undefined = process.argv[1],
): string | undefined {
  return applicationPackage(workingDirectory, script)?.name;
}

/** Variables in which CI systems, platforms and images say which revision was built: ours first, then the usual ones. */
const REVISIONS = [
  'FLAMINGOCK_REVISION',
  'GIT_COMMIT',
  'GIT_SHA',
  'COMMIT_SHA',
  'SOURCE_VERSION',
  'SOURCE_COMMIT',
  'GITHUB_SHA',
  'CI_COMMIT_SHA',
  'BUILD_SOURCEVERSION',
  'BITBUCKET_COMMIT',
  'CIRCLE_SHA1',
  'HEROKU_SLUG_COMMIT',
  'RENDER_GIT_COMMIT',
  'RAILWAY_GIT_COMMIT_SHA',
  'VERCEL_GIT_COMMIT_SHA',
] as const;

/** What the machine and its environment say of this process. */
export function processFacts(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  workingDirectory = process.cwd(),
  script: string | undefined = process.argv[1],
): ProcessFacts {
  const set = (name: string): string | undefined => {
    const value = environment[name]?.trim();
    return value === '' ? undefined : value;
  };
  return {
    applicationVersion: set('FLAMINGOCK_VERSION') ?? applicationPackage(workingDirectory, script)?.version,
    revision: REVISIONS.map(set).find((revision) => revision !== undefined),
    nodeVersion: process.versions.node,
    // Outside of Kubernetes it names a machine, which each entry names anyway.
    pod: set('POD_NAME') ?? (set('KUBERNETES_SERVICE_HOST') === undefined ? undefined : set('HOSTNAME')),
  };
}

function applicationPackage(workingDirectory: string, script: string | undefined): NamedPackage | undefined {
  return (
    namedAbove(workingDirectory) ?? (script === undefined ? undefined : namedAbove(dirname(resolve(script))))
  );
}

function namedAbove(folder: string): NamedPackage | undefined {
  if (/[\\/]node_modules([\\/]|$)/.test(folder)) return undefined;
  const above = dirname(folder);
  return packageIn(join(folder, 'package.json')) ?? (above === folder ? undefined : namedAbove(above));
}

/** A file that is not there, or is no package.json, names nothing. */
function packageIn(file: string): NamedPackage | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    if (typeof name !== 'string' || name === '') return undefined;
    return { name, version: typeof version === 'string' ? version : undefined };
  } catch {
    return undefined;
  }
}

interface NamedPackage {
  readonly name: string;
  readonly version: string | undefined;
}

/** A package that is installed: its name, its folder, and its version where it says one. */
export interface InstalledPackage extends NamedPackage {
  readonly folder: string;
}

/** What files have made of themselves, by their path: as much of `require.cache` as is needed. */
type LoadedFiles = Readonly<Record<string, { readonly exports: unknown } | undefined>>;

/**
 * The installed package that a class comes from: that of the file which exports it. `undefined` where no file that was
 * loaded as CommonJS does, as with a class of an ES module.
 */
export function packageOf(
  type: unknown,
  loaded: LoadedFiles = createRequire(process.execPath).cache,
): InstalledPackage | undefined {
  for (const [file, module] of Object.entries(loaded)) {
    if (module && valuesOf(module.exports).includes(type)) return packageAbove(dirname(file));
  }
  return undefined;
}

/** Without asking getters, which may load something; what a file only passes on is behind one. */
function valuesOf(exported: unknown): unknown[] {
  if ((typeof exported !== 'object' && typeof exported !== 'function') || exported === null) return [];
  return [
    exported,
    ...Object.values(Object.getOwnPropertyDescriptors(exported)).map(({ value }) => value as unknown),
  ];
}

/** The text of a file. Throws what the file system throws. */
export function readText(path: string): string {
  return readFileSync(path, 'utf8');
}

/** Appends a line to a file, which is made where there is none; resolves once it is on the disk. */
export async function appendLine(path: string, line: string): Promise<void> {
  const file = await open(path, 'a+', 0o600);
  try {
    // What a crash has cut off must not swallow this line, too.
    const { size } = await file.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await file.read(last, 0, 1, size - 1);
    const before = size === 0 || last.toString() === '\n' ? '' : '\n';
    await file.appendFile(`${before}${line}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

function packageAbove(folder: string): InstalledPackage | undefined {
  const found = packageIn(join(folder, 'package.json'));
  if (found) return { ...found, folder };
  const above = dirname(folder);
  return above === folder ? undefined : packageAbove(above);
}
