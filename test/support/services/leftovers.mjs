import { existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMPOSE_PROJECT_FILE, removeComposeProject } from './source/compose.mjs';
import { end, runsIn } from './processes.mjs';
import { PROCESS_FILE } from './server-folder.mjs';

/** Start of the name of every folder that the scripts make in the temporary folder. */
export const FOLDER_PREFIX = 'flamingock-services-';
/** Holds the pid of the keeper whose folder it is. */
export const KEEPER_FILE = 'keeper.pid';
/** A folder without a keeper that is this young may be about to get one. */
const YOUNG_MS = 60_000;

/**
 * Ends servers and removes folders that a killed keeper left; a folder with a living keeper is not touched.
 *
 * @returns the folders that were removed
 */
export async function removeLeftovers() {
  const names = readdirSync(tmpdir()).filter((name) => name.startsWith(FOLDER_PREFIX));
  const folders = names.map((name) => join(tmpdir(), name)).filter(isLeftover);
  await Promise.all(folders.map(removeFolder));
  return folders;
}

/** Ends what still serves in a keeper's folder, and removes it. */
export async function removeFolder(folder) {
  await Promise.all(readdirSync(folder).map((name) => endServer(join(folder, name))));
  const project = join(folder, COMPOSE_PROJECT_FILE);
  if (existsSync(project)) await removeComposeProject(readFileSync(project, 'utf8'));
  rmSync(folder, { recursive: true, force: true });
}

async function endServer(folder) {
  const file = join(folder, PROCESS_FILE);
  if (!existsSync(file)) return;
  const { pid, signal } = JSON.parse(readFileSync(file, 'utf8'));
  await end(pid, folder, signal);
}

function isLeftover(folder) {
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat === undefined || (process.getuid && stat.uid !== process.getuid())) return false;
  const file = join(folder, KEEPER_FILE);
  if (!existsSync(file)) return Date.now() - stat.mtimeMs > YOUNG_MS;
  return !runsIn(Number(readFileSync(file, 'utf8')), folder);
}
