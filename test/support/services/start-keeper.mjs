import { fork } from 'node:child_process';
import { chmodSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FOLDER_PREFIX } from './leftovers.mjs';

const KEEPER = fileURLToPath(new URL('keeper.mjs', import.meta.url));

/**
 * Starts a keeper, which starts servers as they are asked for.
 *
 * @param stay false: it ends with this process, however that ends; true: it runs until it is told to stop
 * @returns its folder
 */
export async function startKeeper({ stay }) {
  const folder = mkdtempSync(join(tmpdir(), FOLDER_PREFIX));
  // Servers may run as other users: they pass through to their own folders, and read nothing here.
  chmodSync(folder, 0o711);
  const logFile = join(folder, 'keeper.log');
  const log = openSync(logFile, 'a');
  const child = fork(KEEPER, [folder, ...(stay ? ['stay'] : [])], {
    // Its own session: Ctrl-C is for us, and then we end, and then it stops the servers.
    detached: true,
    execArgv: [],
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  await ready(child, () => {
    const text = readFileSync(logFile, 'utf8');
    rmSync(folder, { recursive: true, force: true });
    return text;
  });
  child.removeAllListeners();
  if (stay) child.disconnect();
  else child.channel.unref();
  child.unref();
  return folder;
}

function ready(child, log) {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`The keeper of the test servers ended: ${code}\n${log()}`)),
    );
  });
}
