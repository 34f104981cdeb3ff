import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs a program. @throws with all that it said when it fails */
export async function runToEnd(program, args, options = {}) {
  try {
    await run(program, args, { maxBuffer: 64 << 20, ...options });
  } catch (error) {
    const said = `${error.stdout ?? ''}${error.stderr ?? ''}`.trim();
    throw new Error(`${[program, ...args].join(' ')} failed:\n${said || error.message}`, { cause: error });
  }
}
