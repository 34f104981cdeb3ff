import { FOLDER_VARIABLE } from './ask-keeper.mjs';
import { keptFolder } from './kept-services.mjs';
import { run } from './jest-run.mjs';
import { startKeeper } from './start-keeper.mjs';

/** Jest's globalSetup: suites can ask for servers from here on. None is started before one asks. */
export default async function setup() {
  const kept = await keptFolder();
  run.kept = kept !== undefined;
  run.folder = kept ?? (await startKeeper({ stay: false }));
  process.env[FOLDER_VARIABLE] = run.folder;
}
