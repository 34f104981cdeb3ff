import { basename, join } from 'node:path';

/** Where the keeper of a folder listens: a socket in it, which only its owner can reach. */
export function addressOf(folder) {
  return process.platform === 'win32' ? `\\\\.\\pipe\\${basename(folder)}` : join(folder, 'keeper.socket');
}
