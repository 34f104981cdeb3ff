import { findBinaries, findInstalled } from '../binaries.mjs';
import { installFromDebian } from '../installation/from-debian.mjs';

const SUITE = 'trixie';

/** Redis that writes every command to disk before it answers. */
export const redis = {
  name: 'redis',
  title: 'Redis',
  variable: 'REDIS_URL',
  package: 'redis-server',
  needs: [],

  find() {
    return findBinaries(redis, ['redis-server']);
  },

  async start(context) {
    return serve(context, '');
  },

  async ready(url) {
    await asked(url, (client) => client.ping());
  },

  compose: { port: 6379, url: (address) => `redis://${address}` },
};

/** A Redis Cluster of one node, which has every slot. */
export const redisCluster = {
  ...redis,
  name: 'rediscluster',
  title: 'Redis Cluster',
  variable: 'REDIS_CLUSTER_URL',

  async start(context) {
    return serve(context, 'cluster-enabled yes\ncluster-announce-ip 127.0.0.1\n');
  },

  async ready(url) {
    await asked(url, async (client) => {
      const state = await client.cluster('INFO');
      if (state.includes('cluster_slots_assigned:0')) await client.cluster('ADDSLOTSRANGE', 0, 16383);
      if (!(await client.cluster('INFO')).includes('cluster_state:ok'))
        throw new Error('it has not all slots yet');
    });
  },

  // In a container it would announce an address that only containers reach.
  compose: undefined,
};

/** Valkey, which speaks Redis' protocol and takes its settings. */
export const valkey = {
  ...redis,
  name: 'valkey',
  title: 'Valkey',
  variable: 'VALKEY_URL',
  package: 'Valkey (npm run services -- install)',
  version: SUITE,

  install: (folder) =>
    installFromDebian(folder, {
      suite: SUITE,
      packages: ['valkey-server'],
      programs: ['usr/bin/valkey-server'],
    }),

  find() {
    return findInstalled(valkey, ['valkey-server'], ['usr/bin']);
  },
};

function serve({ folder, port, programs }, more) {
  const settings = folder.write(
    'redis.conf',
    `bind 127.0.0.1
port ${port}
dir ${folder.path}
appendonly yes
appendfsync always
save ""
proc-title-template "{title} {config-file}"
${more}`,
  );
  const [program] = Object.values(programs);
  const start = () => folder.serve(program, [settings], 'SIGTERM');
  return { url: `redis://127.0.0.1:${port}`, serving: start(), serveAgain: start };
}

async function asked(url, ask) {
  const { Redis } = await import('ioredis');
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await ask(client);
  } finally {
    client.disconnect();
  }
}
