import { spawnSync } from 'node:child_process';
import { ServerMissingError } from './server-missing.error.mjs';

/**
 * The user as whom a server runs: database servers refuse to run as root, so root gives way to the user that
 * the package made; everybody else runs them as themselves, as does root a server that does not mind.
 *
 * @returns `uid` and `gid` for `spawn`, both undefined for "as ourselves"
 */
export function systemUser(server) {
  if (server.systemUser === undefined || process.getuid?.() !== 0) return { uid: undefined, gid: undefined };
  const id = (flag) => {
    const { status, stdout } = spawnSync('id', [flag, server.systemUser], { encoding: 'utf8' });
    if (status === 0) return Number(stdout);
    throw new ServerMissingError(
      server,
      `it does not run as root, and there is no user "${server.systemUser}"`,
    );
  };
  return { uid: id('-u'), gid: id('-g') };
}
