import { join } from 'node:path';
import { runToEnd } from './run-to-end.mjs';

/** A Python environment in `folder` with what is required in it. */
export async function installFromPyPi(folder, requirement) {
  await runToEnd('python3', ['-m', 'venv', folder]);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', requirement];
  await runToEnd(join(folder, 'bin', 'python'), pip);
}
