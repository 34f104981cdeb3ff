import 'reflect-metadata';
import { registrationFaults } from '../../../test/support/registration-faults.js';
import { openSearchTargetSystem } from './opensearch.definitions.js';
import { resolveOpenSearchOptions } from './opensearch.options.js';

const target = (options?: unknown) => ({
  targetSystems: [openSearchTargetSystem('search', options as never)],
});

describe('a client that the application does not have', () => {
  it.each([
    ['the default', undefined, 'Client'],
    ['a token', { inject: 'SEARCH' }, 'SEARCH'],
  ])('is told with the option to write: %s', async (_what, options, token) => {
    expect(await registrationFaults(target(options))).toEqual([
      `openSearchTargetSystem('search') injects ${token}, which nothing provides: write openSearchTargetSystem('search', ` +
        `{ inject: TOKEN }) with the token of the application's client, or { client }`,
    ]);
  });
});

it('an option that nobody knows is refused with the one that was meant', async () => {
  expect(await registrationFaults(target({ client: {}, keepold: 1 }))).toEqual([
    `openSearchTargetSystem('search') has no option "keepold": did you mean keepOld?`,
  ]);
});

it.each([
  { controlIndex: 'Upper' },
  { controlIndex: '..' },
  { controlIndex: '' },
  { keepOld: -1 },
  { keepOld: 1.5 },
])('a value that cannot work is refused: %j', (options) => {
  expect(() => resolveOpenSearchOptions(options)).toThrow(Object.keys(options)[0]);
});
