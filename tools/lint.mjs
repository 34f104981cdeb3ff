// Runs every static check, two at a time, and fails when any fails. One check alone: npm run lint:eslint, ...
import { spawn } from 'node:child_process';

const checks = [
  'lint:eslint',
  'typecheck',
  'lint:typedoc',
  'lint:knip',
  'lint:prettier',
  'lint:links',
  'lint:api',
];
const failed = [];

async function run(check) {
  const startedAt = Date.now();
  const child = spawn('npm', ['run', '--silent', check], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) failed.push(check);
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${check} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
  if (code !== 0) console.log(Buffer.concat(output).toString());
}

const queue = [...checks];
const worker = async () => {
  while (queue.length > 0) await run(queue.shift());
};
await Promise.all([worker(), worker()]);
if (failed.length > 0) {
  console.log(`lint failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
