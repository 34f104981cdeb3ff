// npm run demo:crash [-- --manual]: starts the service with nothing applied, and lets it die in a change that no
// transaction protects. All files are out by then, or with --manual only some of them.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { demoConfig } from '../demo.config.js';
import { removeWritten } from './remove-written.js';

const CHANGE = 'publish-feed';
const crashes = {
  atTheEnd: { after: 'USD', moment: `at the end of "${CHANGE}", before it was recorded as executed` },
  inTheMiddle: { after: 'EUR', moment: `in the middle of "${CHANGE}"` },
};
const { after, moment } = process.argv.includes('--manual') ? crashes.inTheMiddle : crashes.atTheEnd;
const config = demoConfig();

removeWritten(config);
const { signal, status } = spawnSync(process.execPath, ['dist/main.js'], {
  env: { ...process.env, DEMO_CRASH: after },
  stdio: 'inherit',
});

const end = signal ?? `exit code ${String(status)}`;
if (existsSync(config.feedFolder)) {
  console.log(`\nThe process died (${end}) ${moment}.`);
  console.log(`It had published ${readdirSync(config.feedFolder).join(', ')}. Now type: npm start`);
} else {
  console.error(`\nThe process ended (${end}) before it came to "${CHANGE}".`);
  process.exitCode = 1;
}
