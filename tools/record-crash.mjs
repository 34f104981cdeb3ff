// npm run demo:record [-- --check]: runs the demo's story, three crashes and how they are put right, and writes what it
// prints into docs/crash-story.svg, and the compliance report of what happened into docs/compliance-report.html. Nothing
// of the machine or the moment is in it, so --check can tell whether it is still true.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { STYLE, terminalSvg } from './terminal-svg.mjs';

const STORY_FILE = 'docs/crash-story.svg';
const REPORT_FILE = 'docs/compliance-report.html';
const TITLE =
  'A change is killed before it is recorded; the next start sees that all of it is there, and goes on. One whose files are all or nothing is killed half-way: readers find nothing, and the next start runs it. One that nothing protects is killed half-way and stops the next start, which says what to do.';
/** The pipe that it writes to takes colours, and is as wide as the picture. */
const AS_TERMINAL =
  'data:text/javascript,process.stdin.isTTY=process.stderr.isTTY=process.stdout.isTTY=true;process.stdout.columns=100';
const CLI = resolve('libs/cli/bin/flamingock.cjs');
const COMMAND = 'npx --no @nestjs-flamingock/cli';
const FIX = ['audit', 'fix', '-c', 'publish-feed', '--resolution', 'ROLLED_BACK'];
const WHY = ['--reason', 'removed both files', '--by', 'anna'];

/** Lines of Nest itself, and the hash at the end of the history. */
const LEFT_OUT =
  /\[(?:InstanceLoader|NestFactory|RoutesResolver|RouterExplorer|NestApplication)\]|audit head/;

const NEUTRAL = [
  [new RegExp(`^${STYLE}\\[Nest\\] \\d+ {2}- ${STYLE}[\\d/]+, [\\d:]+ [AP]M `), ''],
  [new RegExp(`${STYLE} \\+\\d+ms${STYLE}$`), ''],
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '2026-01-31T08:00:00.000Z'],
  [new RegExp(`\\b${hostname()}\\b`, 'g'), 'inventory-7c'],
  [/pid \d+/g, 'pid 4711'],
  [/ in \d+ ms\b| \(\d+ ms\)/g, ''],
  [/(http:\/\/)\S+/, '$1localhost:3000'],
];

const REPORT_NEUTRAL = [
  ...NEUTRAL.slice(2, 4),
  [/\d{4}-\d\d-\d\d \d\d:\d\d:[\d.]+/g, '2026-01-31 08:00:00.000'],
  [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '4c1de0f6-5a2b-4d7e-9a3c-7b8f2e6d1a05'],
  [/:[0-9a-f]{32}"/g, ':0a1b2c3d4e5f60718293a4b5c6d7e8f9"'],
  [/\b[0-9a-f]{64}\b/g, '9d56932e5c2a1b0ab3bebd4366341f65b2488e70e4724379110dd3c1c9f25ef4'],
  [/\b\d+ ms</g, '5 ms<'],
  [
    /(<dt>History in<\/dt><dd>)[^<]*/,
    '$1table &#34;flamingock_audit_heads&#34; of database &#34;inventory.sqlite&#34;',
  ],
];

const folder = mkdtempSync(join(tmpdir(), 'flamingock-story-'));
try {
  keep(STORY_FILE, terminalSvg(TITLE, await story(), 3));
  keep(REPORT_FILE, await report());
} finally {
  rmSync(folder, { recursive: true });
}

function keep(file, made) {
  if (!process.argv.includes('--check')) writeFileSync(file, made);
  else if (readFileSync(file, 'utf8') !== made) {
    console.log(`${file} is not what the demo makes: npm run demo:record`);
    process.exitCode = 1;
  }
}

async function story() {
  const crash = await screen('npm run demo:crash', ['dist/tools/crash.js']);
  await leaseIsOver();
  const settled = await screen('npm start', ['dist/main.js']);
  const files = await crashOf('warm-price-index', '--files');
  await leaseIsOver();
  const whole = await screen('npm start', ['dist/main.js']);
  const half = await crashOf('publish-feed', '--manual');
  await leaseIsOver();
  const stopped = await screen('npm start', ['dist/main.js']);
  const issues = await screen(`${COMMAND} issue list`, [CLI, 'issue', 'list']);
  for (const file of readdirSync(join(folder, 'feed'))) rmSync(join(folder, 'feed', file));
  const fixed = await screen(`${COMMAND} ${FIX.join(' ')} --reason "removed both files" --by anna`, [
    CLI,
    ...FIX,
    ...WHY,
  ]);
  fixed.commands.unshift('rm var/feed/*.json');
  const end = await screen('npm start', ['dist/main.js']);
  return [crash, settled, files, whole, half, stopped, issues, fixed, end];
}

/** A crash in that change. It begins as the first one does, which is left out. */
async function crashOf(change, option) {
  const shown = await screen(`npm run demo:crash -- ${option}`, ['dist/tools/crash.js', option]);
  const begin = shown.output.findIndex((line) => line.includes(`Applying "${change}"`));
  shown.output.splice(0, begin, '…');
  return shown;
}

/** What an auditor would get about the story. */
async function report() {
  const file = join(folder, 'report.html');
  await printed([CLI, 'report', 'compliance', '--control', 'soc2', '--out', file]);
  return REPORT_NEUTRAL.reduce((text, [from, to]) => text.replace(from, to), readFileSync(file, 'utf8'));
}

/** Otherwise it would depend on the machine whether, and for how long, the next start waits for the dead process. */
async function leaseIsOver() {
  while (JSON.parse(await printed([CLI, 'lock', 'status', '--json'])).held);
}

async function screen(command, args) {
  return { commands: [command], output: neutral(await printed(args)) };
}

/** What the demo prints until it ends, or serves. Which changes share a commit would depend on how long they take. */
async function printed(args) {
  const env = {
    ...process.env,
    DEMO_VAR: folder,
    PORT: '0',
    DEMO_PASSWORD: '1f6e0c92ab5d',
    FLAMINGOCK_LOCK_LEASE_MS: '2000',
    FLAMINGOCK_COMMIT: 'each',
  };
  for (const name of ['NO_COLOR', 'FORCE_COLOR', 'TERM', 'CI']) delete env[name];
  const program = [process.execPath, '--import', AS_TERMINAL, ...args];
  // One pipe for both, so that lines stand in the order in which they were printed.
  const child = spawn('sh', ['-c', 'exec "$@" 2>&1', 'sh', ...program], { cwd: 'apps/demo', env });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
    if (output.includes('Serving at')) child.kill();
  });
  await new Promise((ended) => child.on('close', ended));
  return output;
}

function neutral(output) {
  const lines = output
    .trim()
    .split(/\r?\n/)
    .filter((line) => !LEFT_OUT.test(line));
  return lines.map((line) => NEUTRAL.reduce((text, [from, to]) => text.replace(from, to), line));
}
