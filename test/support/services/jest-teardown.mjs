import { askKeeper } from './ask-keeper.mjs';
import { run } from './jest-run.mjs';

/** Jest's globalTeardown: says again, last, which suites did not run, and stops the servers of this run. */
export default async function teardown() {
  const answers = Object.values(await askKeeper(run.folder, 'answers'));
  const missing = answers.filter(({ state, optional }) => state === 'missing' || optional);
  for (const { message } of missing) process.stderr.write(`\nSuites were not run: ${message}\n`);
  if (!run.kept) await askKeeper(run.folder, 'stop');
}
