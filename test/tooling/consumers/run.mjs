// Installs the packed libraries into projects made from Nest's official templates, and has each build,
// start and test itself. Needs built libraries: npm run build. One consumer alone: name it as argument.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { consumers } from './consumers.mjs';
import { copyFrom } from './documented.mjs';
import { makeAndApply } from './made.mjs';
import { addChanges, generate, install } from './project.mjs';
import { startAgain, startAndApply, startBundled, startThatApplies } from './service.mjs';
import { sh } from './sh.mjs';
import { prepare } from './toolchain.mjs';

const npm =
  (...args) =>
  async ({ node }, { project, tools }) => {
    await sh('npm', args, { cwd: project, env: { ...tools.env[node], APP_DB: undefined } });
  };
const STEPS = {
  'is generated from the template': generate,
  'installs the tarballs': install,
  'is set up by flamingock init, gets changes by flamingock create and nest g, and applies them':
    makeAndApply,
  'gets changes and a test of them': addChanges,
  'passes nest build': npm('run', 'build'),
  'starts and applies': startAndApply,
  'starts again and does nothing': startAgain,
  'does nothing either when nest build --webpack has put it into one file': startBundled,
  'passes its npm test': npm('test'),
  'passes its npm run test:e2e': npm('run', 'test:e2e'),
  'gets what README shows': copyFrom('README.md'),
  'passes nest build of it': npm('run', 'build'),
  'starts and applies the change of README': startThatApplies('create-products'),
  'gets what "Getting started" shows': copyFrom('docs/getting-started.md'),
  'passes nest build of that': npm('run', 'build'),
  'starts and applies its second change': startThatApplies('add-category'),
  'passes the test that it shows': npm('test'),
};
/** Consumers at a time: each of them uses more than one core now and then. */
const PARALLEL = 2;

let passed = 0;
let failed = 0;

async function check(consumer, place) {
  let broken = false;
  for (const [title, step] of Object.entries(STEPS)) {
    // Later versions of Nest's command come without what their webpack needs.
    if (step === startBundled && !consumer.webpack) continue;
    const startedAt = Date.now();
    try {
      if (broken) throw new Error('not reached');
      await step(consumer, place);
      passed++;
      console.log(`ok   ${consumer.name} ${title} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
    } catch (cause) {
      failed++;
      broken = true;
      console.log(`FAIL ${consumer.name} ${title}\n${cause.message}`);
    }
  }
}

// Outside the repository, so that nothing resolves from its node_modules.
const workshop = mkdtempSync(join(tmpdir(), 'flamingock-consumers-'));
const chosen = process.argv.slice(2);
const queue = consumers.filter(({ name }) => chosen.length === 0 || chosen.includes(name));
const tools = await prepare(workshop);

async function worker() {
  for (let consumer = queue.shift(); consumer; consumer = queue.shift()) {
    const project = join(workshop, consumer.name);
    mkdirSync(join(workshop, 'data'), { recursive: true });
    await check(consumer, {
      workshop,
      project,
      tools,
      database: join(workshop, 'data', `${consumer.name}.db`),
    });
  }
}
await Promise.all(Array.from({ length: PARALLEL }, worker));

if (failed === 0) rmSync(workshop, { recursive: true, force: true });
else console.log(`the projects are left in ${workshop}`);
console.log(`${passed} of ${passed + failed} steps passed`);
if (process.env.CONSUMERS_TOTALS)
  writeFileSync(process.env.CONSUMERS_TOTALS, JSON.stringify({ passed, failed }));
process.exitCode = failed === 0 ? 0 : 1;
