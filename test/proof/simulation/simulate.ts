import { parseArgs } from 'node:util';
import { INVARIANTS } from './check/violation.js';
import { runCampaign } from './campaign.js';
import { failureReport } from './report/failure-report.js';
import { tallyTable } from './report/tally-table.js';

const USAGE = `npm run simulate -- [--schedules N] [--seed N] [--seconds S]

  --schedules  how many to run, one for each seed (100000)
  --seed       the first seed (1); with --schedules 1 it replays that one
  --seconds    begin no further schedule after this time`;

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    seconds: { type: 'string', default: 'Infinity' },
    help: { type: 'boolean', default: false },
  },
});
const [schedules, firstSeed, seconds] = [values.schedules, values.seed, values.seconds].map(Number) as [
  number,
  number,
  number,
];
if (values.help || ![schedules, firstSeed, seconds].every((value) => value >= 0)) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 2);
}

// Nobody reads the stacks of simulated errors, and taking them is slow.
Error.stackTraceLimit = 0;
const began = performance.now();
const elapsed = (): number => (performance.now() - began) / 1_000;
const { tally, failure } = await runCampaign({
  firstSeed,
  schedules,
  isOver: () => elapsed() >= seconds,
  onProgress: ({ schedules: ran }) => {
    if (ran % 10_000 === 0) console.error(`${ran} schedules, ${elapsed().toFixed(0)} s`);
  },
});

console.log(tallyTable(tally));
console.log(`\nSeeds ${firstSeed} to ${firstSeed + tally.schedules - 1}, ${elapsed().toFixed(0)} s.`);
if (failure) {
  console.log(`\n${await failureReport(failure)}`);
  process.exitCode = 1;
} else {
  console.log(`No violation of ${Object.keys(INVARIANTS).length} invariants.`);
}
