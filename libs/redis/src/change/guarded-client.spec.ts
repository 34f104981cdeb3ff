import { createGuard } from '@nestjs-flamingock/core/adapter';
import type { Redis } from 'ioredis';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { Keyspace } from '../fixtures/keyspace.js';

/** What a change without a transaction can keep of its client, and write by later. */
const ways: Record<string, (client: Redis) => () => unknown> = {
  'a pipeline': (client) => {
    const pipeline = client.pipeline().set('k', 'v');
    return () => pipeline.exec();
  },
  'a transaction of its own': (client) => {
    const transaction = client.multi().set('k', 'v').incr('n');
    return () => transaction.exec();
  },
  'a second connection': (client) => {
    const second = client.duplicate({ lazyConnect: true });
    return () => second.set('k', 'v');
  },
  'a method': (client) => () => client.set('k', 'v'),
};

await describeOn(['redis'], 'a client that a change has kept', ({ redis }) => {
  it.each(Object.entries(ways))('writes nothing through %s after the lock is lost', async (_way, keep) => {
    const keyspace = new Keyspace(redis);
    try {
      const client = keyspace.connect() as Redis;
      let isLost = false;
      const guard = createGuard(() => {
        if (isLost) throw new RangeError('lock lost');
      });
      const use = keep(guard(client));
      isLost = true;
      await expect((async () => use())()).rejects.toThrow('lock lost');
      expect(await client.exists('k')).toBe(0);
    } finally {
      await keyspace.remove();
    }
  });
});
