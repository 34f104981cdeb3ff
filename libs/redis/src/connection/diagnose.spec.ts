import type { ChangeRun, Handles } from '@nestjs-flamingock/core/adapter';
import type { Redis } from 'ioredis';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { collectorOf, Keyspace } from '../fixtures/keyspace.js';
import type { RedisTargetSystem } from '../target/redis.target-system.js';
import { diagnose } from './diagnose.js';

const RUN: ChangeRun = { service: 's', changeId: 'warm-cache', executionId: 'e', operation: 'EXECUTE' };

await describeOn(['redis'], 'what Redis says of a failure', ({ redis }) => {
  let keyspace: Keyspace;
  let client: Redis;
  let target: RedisTargetSystem;

  beforeEach(async () => {
    keyspace = new Keyspace(redis);
    client = keyspace.connect() as Redis;
    target = keyspace.target({}, client);
    await client.set('text', 'v');
  });
  afterEach(() => keyspace.remove());

  it('has the reply and the command that got it, without its arguments', async () => {
    const error = await client.lpush('text', 's3cret').then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    const said = target.diagnose(error);
    expect(said).toEqual({ code: 'WRONGTYPE', statement: 'LPUSH (2 arguments)' });
  });

  it.each<[string, (handles: Handles) => unknown]>([
    ['the first', (handles) => collectorOf(handles).lpush('text', 's3cret').set('k', 'v')],
    ['a later one', (handles) => collectorOf(handles).set('k', 's3cret').lpush('text', 's3cret')],
  ])('has it of a command that fails at the commit: %s', async (_, write) => {
    const outcome = await target.transaction(RUN, async (handles) => {
      await write(handles);
    });
    if (outcome.status === 'committed') throw new TypeError('it is');
    expect(target.diagnose(outcome.error)).toEqual({ code: 'WRONGTYPE', statement: 'LPUSH' });
  });

  it('knows its version', async () => {
    expect(await target.serverVersion()).toMatch(/^\d+\.\d+/);
  });
});

it.each([undefined, 'a text', new TypeError('no')])('says nothing of %s', (error) => {
  expect(Object.values(diagnose(error)).filter((fact) => fact !== undefined)).toEqual([]);
});
