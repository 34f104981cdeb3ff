import { spawn, type ChildProcess } from 'node:child_process';
import { join, resolve } from 'node:path';
import type { FixtureOptions } from '../e2e/fixtures/app.module.js';

const BINARY = resolve('libs/cli/dist/main.js');
/** Files that stand for applications. */
export const fixture = (name: string): string => resolve('test/apps/cli/fixtures', name);

/** How a command ended, and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is started. */
export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Options of Node itself. */
  readonly node?: readonly string[];
  /** What is typed on its terminal. */
  readonly typed?: string;
  /** Called with the process once it is started. */
  readonly onStart?: (child: ChildProcess) => Promise<void>;
}

/** Runs the compiled binary as its users do. */
export function flamingock(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  return collect(process.execPath, [...(options.node ?? []), BINARY, ...args], options);
}

/** The same in a pseudo-terminal of so many columns; what it shows is all in `stdout`. */
export function flamingockOnTerminal(
  args: readonly string[],
  columns: number,
  options: StartOptions = {},
): Promise<Ended> {
  const words = [process.execPath, BINARY, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  const command = `stty cols ${columns} && ${words.join(' ')}`;
  return collect('script', ['-qec', command, '/dev/null'], options);
}

/** Runs the binary on the fixture application. */
export function onFixture(
  application: FixtureOptions,
): (args: string[], options?: StartOptions) => Promise<Ended> {
  return (args, options = {}) =>
    flamingock(['-m', fixture('app.mjs'), ...args], {
      ...options,
      env: { ...environmentOf(application), ...options.env },
    });
}

/** The words of a command as somebody without a terminal gives it: with the digest that its dry run tells. */
export async function withDigest(
  run: (args: string[]) => Promise<Ended>,
  args: readonly string[],
): Promise<string[]> {
  const { stdout } = await run([...args, '--dry-run', '--json']);
  const { digest } = JSON.parse(stdout) as { readonly digest: string };
  return [...args, '--confirm', digest];
}

/** The environment of a pipeline that may do without. */
export const ALLOWED_CI = { CI: 'true', FLAMINGOCK_CI_ALLOW: 'audit fix, undo' } as const;

/** Tells the fixture application where it keeps things. */
export function environmentOf(application: FixtureOptions): Record<string, string> {
  return { CLI_FIXTURE: JSON.stringify(application) };
}

/** The environment of the demo. */
export function demoIn(folder: string): StartOptions {
  return { cwd: resolve('apps/demo'), env: { DEMO_VAR: join(folder, 'var') } };
}

/** Where the demo's root module is, from its folder. */
export const DEMO = ['-m', 'dist/app.module.js'];

function collect(
  program: string,
  args: readonly string[],
  { cwd, env, typed, onStart }: StartOptions,
): Promise<Ended> {
  const inherited = {
    ...process.env,
    NO_COLOR: undefined,
    FORCE_COLOR: undefined,
    COLUMNS: undefined,
    CI: undefined,
  };
  const child = spawn(program, args, {
    ...(cwd !== undefined && { cwd }),
    env: { ...inherited, FLAMINGOCK_LOCK_LEASE_MS: '1000', ...env },
    stdio: [typed === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  // Left open: an end of it would be typed, too.
  if (typed !== undefined) child.stdin?.write(typed);
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((ended, failed) => {
    onStart?.(child).catch(failed);
    child.once('error', failed);
    child.once('close', (code) => ended({ code, stdout, stderr }));
  });
}
