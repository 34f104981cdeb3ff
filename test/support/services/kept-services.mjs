import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { askKeeper } from './ask-keeper.mjs';

const DEFAULT_FILE = new URL('../../../node_modules/.cache/flamingock/services.json', import.meta.url);
const file = process.env.SERVICES_STATE ?? fileURLToPath(DEFAULT_FILE);

/** Folder of the keeper that `npm run services -- up` left running, if it still answers. */
export async function keptFolder() {
  try {
    const { folder } = JSON.parse(readFileSync(file, 'utf8'));
    await askKeeper(folder, 'answers');
    return folder;
  } catch {
    return undefined;
  }
}

export function rememberKept(folder) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ folder }));
}

export function forgetKept() {
  rmSync(file, { force: true });
}
