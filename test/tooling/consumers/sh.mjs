import { spawn } from 'node:child_process';

/**
 * Runs a command to its end.
 *
 * @returns its standard output
 * @throws with everything it printed when it fails or takes longer than `timeoutMs`
 */
export async function sh(command, args, { cwd, env = process.env, timeoutMs = 300_000 }) {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs });
  const output = collect(child);
  const [code, signal] = await ended(child);
  if (code === 0) return output.stdout();
  throw new Error(`${command} ${args.join(' ')}: ${signal ?? `exit ${code}`}\n${output.all()}`);
}

/** What a child has printed so far. */
export function collect(child) {
  const all = [];
  const stdout = [];
  child.stdout.on('data', (chunk) => {
    all.push(chunk);
    stdout.push(chunk);
  });
  child.stderr.on('data', (chunk) => all.push(chunk));
  return { all: () => Buffer.concat(all).toString(), stdout: () => Buffer.concat(stdout).toString() };
}

/** Resolves to exit code and signal. */
export function ended(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve([code, signal]));
  });
}
