import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { installedFolder, isInstalled } from './installed.mjs';
import { ServerMissingError } from './server-missing.error.mjs';

/** Where system packages put what is not in everybody's PATH. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'];

/**
 * Finds the programs of a server: in the folder that `<NAME>_BIN` names and nowhere else; without it in PATH,
 * in the server's own `folders` (a `*` stands for versions, the newest first) and in those of the system.
 *
 * @returns path of each program by its name
 * @throws ServerMissingError naming the first program that is nowhere
 */
export function findBinaries(server, programs, folders = []) {
  const places = [...pathFolders(), ...folders.flatMap(versions), ...SYSTEM_FOLDERS];
  return findIn(places, 'PATH or the folders of system packages', server, programs);
}

/** The same for a server that is installed in this checkout: what else the machine has is another version. */
export function findInstalled(server, programs, folders) {
  const home = installedFolder(server);
  const places = isInstalled(server) ? folders.map((folder) => join(home, folder)) : [];
  return findIn(places, home, server, programs);
}

function findIn(places, title, server, programs) {
  const variable = `${server.name.toUpperCase()}_BIN`;
  const only = process.env[variable];
  const find = (program) => {
    const found = (only ? [only] : places).map((folder) => resolve(folder, program)).find(isExecutable);
    if (found !== undefined) return [program, found];
    const searched = only ? `${only} (${variable})` : title;
    throw new ServerMissingError(server, `no program "${program}" in ${searched}`);
  };
  return Object.fromEntries(programs.map(find));
}

const pathFolders = () => (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');

/** `/usr/lib/postgresql/*` + `/bin`, newest version first. */
function versions(pattern) {
  const [parent, rest] = pattern.split('/*');
  if (rest === undefined) return [pattern];
  const names = foldersIn(parent).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  return names.map((name) => `${parent}/${name}${rest}`);
}

function foldersIn(parent) {
  try {
    return readdirSync(parent);
  } catch {
    return [];
  }
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
