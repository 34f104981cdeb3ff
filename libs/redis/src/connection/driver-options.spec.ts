import { nodeHost, type ChangeRun, type Marker } from '@nestjs-flamingock/core/adapter';
import { holdOf } from '@nestjs-flamingock/testing';
import { Command, type CommonRedisOptions } from 'ioredis';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { clientOf, collectorOf, Keyspace } from '../fixtures/keyspace.js';
import { RedisConnection } from './redis-connection.js';

const CHANGE: ChangeRun = { service: 'inventory', changeId: 'c', executionId: 'e', operation: 'EXECUTE' };
const { service, changeId } = CHANGE;

/** Commands that we send. */
const NAMES = ['eval', 'evalsha', 'info', 'command', 'multi', 'exec', 'watch'];

/** What changes do on a client that is set up so: each step reads what the one before it wrote. */
async function changesWith(url: string, options: Omit<CommonRedisOptions, 'scripts'>): Promise<void> {
  const keyspace = new Keyspace(url);
  try {
    const target = keyspace.target({}, keyspace.connect(options));
    const [hold, next] = [holdOf(2 ** 33), holdOf(2 ** 33 + 1)];
    const marker: Marker = { ...CHANGE, ...hold };
    await target.markers.prepare();
    expect(await target.checkTransactions()).toBeUndefined();
    expect(await target.markers.look(service)).toBeUndefined();
    expect(await target.markers.read(hold, changeId)).toBeUndefined();
    const write = target.transaction(
      CHANGE,
      async (handles) => void collectorOf(handles).set('a', '1').hset('b', 'f', '2').incr('a'),
      marker,
    );
    expect(await write).toEqual({ status: 'committed' });
    const watch = target.transaction(
      { ...CHANGE, changeId: 'd' },
      async (handles) => {
        await clientOf(handles).watch('a');
        expect(Number(await clientOf(handles).get('a'))).toBe(2);
        collectorOf(handles).incr('a');
      },
      { ...marker, changeId: 'd' },
    );
    expect(await watch).toEqual({ status: 'committed' });
    await target.run(CHANGE, async (handles) => expect(Number(await clientOf(handles).get('a'))).toBe(3));
    expect(await target.markers.look(service)).toEqual({ token: hold.token, owner: hold.owner });
    expect(await target.markers.read(next, changeId)).toEqual(marker);
    await target.markers.clear(next, [changeId, 'd']);
    expect(await target.markers.read(next, changeId)).toBeUndefined();
  } finally {
    await keyspace.remove();
  }
}

await describeOn(['redis'], 'changes on Redis read what they wrote', ({ redis }) => {
  const options: Record<string, Omit<CommonRedisOptions, 'scripts'>> = {
    'nothing else': {},
    stringNumbers: { stringNumbers: true },
    enableAutoPipelining: { enableAutoPipelining: true },
    'enableOfflineQueue: false': { enableOfflineQueue: false },
    lazyConnect: { lazyConnect: true, enableReadyCheck: false },
    showFriendlyErrorStack: { showFriendlyErrorStack: true, noDelay: false, connectionName: 'app' },
  };
  it.each(Object.keys(options))('with %s', (name) => changesWith(redis, options[name]!));

  it('on a connection that the bounds of the client on each command do not hold for', async () => {
    const keyspace = new Keyspace(redis);
    const client = keyspace.connect({ commandTimeout: 1, socketTimeout: 1 });
    const connection = await RedisConnection.open(client, 'k', nodeHost);
    try {
      const long = 'local n = 0 for i = 1, 5000000 do n = n + 1 end return n';
      expect(await connection.call('EVAL', [long, 0])).toBe(5_000_000);
    } finally {
      connection.close();
      await keyspace.remove();
    }
  });

  it('with transformers of arguments and replies', async () => {
    for (const name of NAMES) {
      Command.setReplyTransformer(name, (reply) => ({ reply }));
      Command.setArgumentTransformer(name, (args) => args.map((word) => `${String(word)} `));
    }
    try {
      await changesWith(redis, {});
    } finally {
      const transformers = Reflect.get(Command, '_transformer') as Record<string, Record<string, unknown>>;
      for (const kind of Object.values(transformers)) {
        for (const name of NAMES) Reflect.deleteProperty(kind, name);
      }
    }
  });
});
