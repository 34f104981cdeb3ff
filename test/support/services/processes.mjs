import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether a process runs whose command line names `folder`: a pid alone may be somebody else's by now. */
export function runsIn(pid, folder) {
  return commandLine(pid).includes(folder);
}

/**
 * Ends the process if it is the one of `folder`: by `signal`, and by SIGKILL when that did not do within
 * `patienceMs`.
 */
export async function end(pid, folder, signal, patienceMs = 10_000) {
  for (const [next, ms] of [
    [signal, patienceMs],
    ['SIGKILL', 5_000],
  ]) {
    if (!send(pid, folder, next)) return;
    const deadline = Date.now() + ms;
    while (runsIn(pid, folder) && Date.now() < deadline) await sleep(20);
  }
}

function send(pid, folder, signal) {
  if (!runsIn(pid, folder)) return false;
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** Empty for a process that has ended, a zombie included. */
function commandLine(pid) {
  if (!existsSync('/proc/self/cmdline'))
    return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '';
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
