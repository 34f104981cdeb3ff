import { readFileSync } from 'node:fs';
import { env } from 'node:process';
import { rooms } from './rooms.mjs';

const { mutate, specs } = rooms[env.MUTATION_ROOM];
const folder = '.tmp/mutation';
const { moduleNameMapper } = JSON.parse(readFileSync('jest.config.json', 'utf8'));

export default {
  plugins: ['@stryker-mutator/jest-runner'],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules'],
  jest: {
    projectType: 'custom',
    configFile: 'jest.config.json',
    config: {
      roots: ['<rootDir>/libs', '<rootDir>/test/proof/mutation'],
      testMatch: [specs],
      // Loading Nest, which none of these specs needs, takes longer than running them.
      moduleNameMapper: {
        '^@nestjs-flamingock/(core|testing)$': '<rootDir>/test/proof/mutation/barrels/$1.ts',
        ...moduleNameMapper,
      },
      // The servers that Jest's own set-up offers are for none of them either.
      globalSetup: null,
      globalTeardown: null,
    },
  },
  mutate,
  coverageAnalysis: 'perTest',
  concurrency: 1,
  timeoutMS: 2_000,
  ignorePatterns: [
    '**',
    '!libs/{core,testing}/src/**',
    '!test/proof/mutation/barrels/*',
    '!jest.config.json',
    '!package.json',
  ],
  tempDirName: `${folder}/sandbox`,
  incremental: true,
  incrementalFile: `${folder}/${env.MUTATION_ROOM}.incremental.json`,
  reporters: ['json', 'clear-text', 'dots'],
  jsonReporter: { fileName: `${folder}/${env.MUTATION_ROOM}.json` },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: false },
  thresholds: { high: 90, low: 90, break: null },
};
