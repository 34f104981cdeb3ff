// Sums the results that .ci/run collected in a folder, as 'N passed, N failed'.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const files = readdirSync(process.argv[2]).filter((name) => name.endsWith('.json'));
const results = files.map((name) => JSON.parse(readFileSync(join(process.argv[2], name), 'utf8')));
const sum = (count) => results.reduce((total, result) => total + count(result), 0);
// A suite that could not be loaded counts as one test that failed.
const passed = sum((result) => result.passed ?? result.numPassedTests);
const failed = sum((result) => result.failed ?? result.numFailedTests + result.numRuntimeErrorTestSuites);
console.log(`${passed} passed, ${failed} failed`);
