// Loads the specs of every room in a folder that has what Stryker's has, and runs none: whatever they import
// that is not there, or that the barrels do not name, fails here at once and not after an hour of mutations.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { jestConfig, needed } from './jest.mjs';
import { rooms } from './rooms.mjs';

const NO_TITLE = '^no title is this$';
const jest = resolve('node_modules/jest/bin/jest.js');
const copy = mkdtempSync(join(tmpdir(), 'rooms-'));
try {
  for (const path of [...needed.folders, ...needed.files])
    cpSync(path, join(copy, path), { recursive: true });
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'), 'junction');
  process.exitCode = load();
} finally {
  rmSync(copy, { recursive: true, force: true });
}

function load() {
  const specs = Object.values(rooms).flatMap((room) => room.specs);
  const config = {
    ...JSON.parse(readFileSync('jest.config.json', 'utf8')),
    ...jestConfig(specs),
    rootDir: copy,
  };
  const options = ['--config', JSON.stringify(config), '--testNamePattern', NO_TITLE, '--runInBand'];
  return spawnSync(process.execPath, ['--experimental-vm-modules', jest, ...options], {
    cwd: copy,
    stdio: 'inherit',
  }).status;
}
