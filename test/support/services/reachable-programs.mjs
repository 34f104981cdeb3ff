import { spawnSync } from 'node:child_process';
import { join, relative, sep } from 'node:path';
import { installedFolder } from './installed.mjs';

/**
 * The programs of a server, where the user as whom it runs can start them. A checkout may be closed to everybody
 * but its owner: then what is installed in it is copied into the server's folder.
 */
export function reachablePrograms(programs, server, folder) {
  const home = installedFolder(server) + sep;
  const isClosed = (path) => path.startsWith(home) && !mayStart(path, folder.user);
  if (!Object.values(programs).some(isClosed)) return programs;
  const copy = folder.copy(home, 'programs');
  const moved = ([program, path]) => [program, join(copy, relative(home, path))];
  return Object.fromEntries(Object.entries(programs).map(moved));
}

function mayStart(path, { uid, gid }) {
  return uid === undefined || spawnSync('test', ['-x', path], { uid, gid }).status === 0;
}
