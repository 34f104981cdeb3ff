// Sums the results of the named test runs that .ci/run collected in a folder, as 'N passed, N failed'.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, ...runs] = process.argv.slice(2);

/** A run that came to no result, or a suite that could not be loaded, counts as one test that failed. */
function result(run) {
  const file = join(folder, `${run}.json`);
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  const { passed, failed, numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(
    readFileSync(file),
  );
  return { passed: passed ?? numPassedTests, failed: failed ?? numFailedTests + numRuntimeErrorTestSuites };
}

const results = runs.map(result);
const sum = (key) => results.reduce((total, counts) => total + counts[key], 0);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
