// npm run bench -- [--quick] [--only MEASURE]... [--rounds N]
import { parseArgs } from 'node:util';
import { Bench } from './harness/bench.js';
import { Databases } from './harness/databases.js';
import { formatSection } from './harness/print.js';
import type { Section } from './harness/section.js';
import { Servers } from './harness/servers.js';
import { measures } from './measures/measures.js';

const QUICK_ROUNDS = 1;
const ROUNDS = 7;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: Object.keys(measures) },
    rounds: { type: 'string' },
  },
});
const say = (progress: string) => process.stderr.write(`${progress}\n`);
const rounds = Number(values.rounds ?? (values.quick ? QUICK_ROUNDS : ROUNDS));
const databases = new Databases(new Servers());
const bench = new Bench(databases, rounds, values.quick, say);
const unmeasured: string[] = [];
try {
  for (const name of values.only) {
    const found = measures[name];
    if (!found) throw new Error(`no measure "${name}"; there are: ${Object.keys(measures).join(', ')}`);
    for (const measure of found) await print(name, () => measure(bench));
  }
} finally {
  databases.close();
}
if (unmeasured.length > 0) {
  console.error(`Not measured:\n${unmeasured.join('\n')}`);
  process.exitCode = 1;
}

/** A server that is missing, or a peer that fails, takes nothing from what the others have measured. */
async function print(name: string, measure: () => Promise<Section>): Promise<void> {
  try {
    console.log(formatSection(await measure()));
  } catch (error) {
    unmeasured.push(`- ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
