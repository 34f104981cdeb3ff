import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Runtime } from './runtime.js';
import { wakingClock } from './waking-clock.js';

/** The {@link Runtime} of a real process. */
export const nodeRuntime: Runtime = {
  monotonicMs: wakingClock({
    monotonicMs: () => performance.now(),
    wallMs: () => Date.now(),
    uptimeMs: () => uptime() * 1_000,
  }),
  timer(ms, ring) {
    const timer = setTimeout(ring, ms);
    return () => clearTimeout(timer);
  },
  uuid: randomUUID,
  random: Math.random,
  host: hostname(),
  pid: process.pid,
};

/**
 * The name of the application: that of the nearest package.json which has one, from the working directory upwards,
 * and from the folder of the script that was started where there is none. Not of a package that is installed, as a
 * test runner or our own command is. `undefined` where neither leads to a name, as in a bundle that is shipped alone.
 */
export function applicationName(
  workingDirectory = process.cwd(),
  script: string | undefined = process.argv[1],
): string | undefined {
  return (
    nameAbove(workingDirectory) ?? (script === undefined ? undefined : nameAbove(dirname(resolve(script))))
  );
}

function nameAbove(folder: string): string | undefined {
  if (/[\\/]node_modules([\\/]|$)/.test(folder)) return undefined;
  const above = dirname(folder);
  return nameIn(join(folder, 'package.json')) ?? (above === folder ? undefined : nameAbove(above));
}

/** A file that is not there, or is no package.json, names nothing. */
function nameIn(file: string): string | undefined {
  try {
    const { name } = JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown };
    return typeof name === 'string' && name !== '' ? name : undefined;
  } catch {
    return undefined;
  }
}
