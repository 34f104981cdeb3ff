// npm run demo:crash [-- --manual | -- --files]: starts the service with nothing applied, and lets it die in a change
// that no transaction protects. All files are out by then, or with --manual only some of them. With --files it dies in
// the middle of a change on a target system that makes all of its files take effect at once.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { demoConfig } from '../demo.config.js';
import { removeWritten } from './remove-written.js';

const config = demoConfig();
const crashes = {
  atTheEnd: {
    change: 'publish-feed',
    after: 'USD',
    moment: 'at the end of "publish-feed", before it was recorded as executed',
    folder: config.feedFolder,
  },
  inTheMiddle: {
    change: 'publish-feed',
    after: 'EUR',
    moment: 'in the middle of "publish-feed"',
    folder: config.feedFolder,
  },
  inFiles: {
    change: 'warm-price-index',
    after: 'JPY',
    moment: 'in the middle of "warm-price-index", with three of five files written',
    folder: config.indexFolder,
  },
};

const { values } = parseArgs({ options: { manual: { type: 'boolean' }, files: { type: 'boolean' } } });
const asked = values.files ? crashes.inFiles : crashes.inTheMiddle;
const { change, after, moment, folder } = values.files || values.manual ? asked : crashes.atTheEnd;

removeWritten(config);
const { signal, status } = spawnSync(process.execPath, ['dist/main.js'], {
  env: { ...process.env, DEMO_CRASH: `${change}:${after}` },
  stdio: 'inherit',
});

const end = signal ?? `exit code ${String(status)}`;
if (signal === 'SIGKILL') {
  console.log(`\nThe process died (${end}) ${moment}.`);
  console.log(`Readers find ${visible()}. Now type: npm start`);
} else {
  console.error(`\nThe process ended (${end}) before it came to "${change}".`);
  process.exitCode = 1;
}

function visible(): string {
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json')) : [];
  return files.length === 0 ? 'nothing' : files.join(', ');
}
