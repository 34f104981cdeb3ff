// npm run demo:crash: starts the service with nothing applied, and lets it die in the middle of a change.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { demoConfig } from '../demo.config.js';
import { removeWritten } from './remove-written.js';

const CHANGE = 'publish-feed';
const config = demoConfig();

removeWritten(config);
const { signal, status } = spawnSync(process.execPath, ['dist/main.js'], {
  env: { ...process.env, DEMO_CRASH: CHANGE },
  stdio: 'inherit',
});

const end = signal ?? `exit code ${String(status)}`;
if (existsSync(config.feedFolder)) {
  console.log(`\nThe process died (${end}) in the middle of "${CHANGE}".`);
  console.log(`It had published ${readdirSync(config.feedFolder).join(' and ')}. Now type: npm start`);
} else {
  console.error(`\nThe process ended (${end}) before it came to "${CHANGE}".`);
  process.exitCode = 1;
}
