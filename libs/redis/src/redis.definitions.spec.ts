import 'reflect-metadata';
import { registrationFaults } from '../../../test/support/registration-faults.js';
import { redisTargetSystem } from './redis.definitions.js';

const target = (options?: unknown) => ({ targetSystems: [redisTargetSystem('cache', options as never)] });

describe('a client that the application does not have', () => {
  it.each([
    ['the default', undefined, 'Redis'],
    ['a token', { inject: 'CACHE' }, 'CACHE'],
  ])('is told with the option to write: %s', async (_what, options, token) => {
    expect(await registrationFaults(target(options))).toEqual([
      `redisTargetSystem('cache') injects ${token}, which nothing provides: write redisTargetSystem('cache', ` +
        `{ inject: TOKEN }) with the token of the application's client, or { redis: client }`,
    ]);
  });
});

describe('an option that nobody knows', () => {
  it('is refused with the one that was meant', async () => {
    expect(await registrationFaults(target({ redis: {}, keyprefix: 'x' }))).toEqual([
      `redisTargetSystem('cache') has no option "keyprefix": did you mean keyPrefix?`,
    ]);
  });
});
