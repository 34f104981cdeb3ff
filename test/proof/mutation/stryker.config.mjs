import { env } from 'node:process';
import { jestConfig, needed } from './jest.mjs';
import { rooms } from './rooms.mjs';

const { mutate, specs } = rooms[env.MUTATION_ROOM];
const folder = '.tmp/mutation';

export default {
  plugins: ['@stryker-mutator/jest-runner'],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules'],
  jest: { projectType: 'custom', configFile: 'jest.config.json', config: jestConfig(specs) },
  mutate,
  coverageAnalysis: 'perTest',
  concurrency: 1,
  // A machine that is busy with something else must not look like an alteration that never ends.
  timeoutMS: 15_000,
  ignorePatterns: [
    '**',
    ...needed.folders.map((path) => `!${path}/**`),
    ...needed.files.map((path) => `!${path}`),
  ],
  tempDirName: `${folder}/sandbox`,
  incremental: true,
  incrementalFile: `${folder}/${env.MUTATION_ROOM}.incremental.json`,
  reporters: ['json', 'clear-text', 'dots'],
  jsonReporter: { fileName: `${folder}/${env.MUTATION_ROOM}.json` },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: false },
  thresholds: { high: 90, low: 90, break: null },
};
