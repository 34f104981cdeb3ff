import { readFileSync } from 'node:fs';

const { moduleNameMapper } = JSON.parse(readFileSync('jest.config.json', 'utf8'));

/** All that the specs of the rooms may need of this repository, apart from its packages. */
export const needed = {
  folders: ['libs/core/src', 'libs/testing/src', 'test/proof/mutation/barrels'],
  files: ['jest.config.json', 'package.json'],
};

/** What differs from `jest.config.json` where specs run once for each alteration. */
export function jestConfig(testMatch) {
  return {
    roots: ['<rootDir>/libs', '<rootDir>/test/proof/mutation'],
    testMatch,
    // Loading Nest, which none of these specs needs, takes longer than running them.
    moduleNameMapper: {
      '^@nestjs-flamingock/(core|testing)$': '<rootDir>/test/proof/mutation/barrels/$1.ts',
      ...moduleNameMapper,
    },
    // The servers that Jest's own set-up offers are for none of them either.
    globalSetup: null,
    globalTeardown: null,
  };
}
