import { findBinaries } from '../binaries.mjs';
import { installFromPyPi } from '../installation/from-pypi.mjs';
import { installedFolder } from '../installed.mjs';

const VERSION = '0.7.0b3';

/**
 * A one-node replica set. From programs it is SecantusDB, which speaks MongoDB's protocol on WiredTiger: no
 * package registry has `mongod` itself. Docker, or a URL, gives a real one.
 */
export const mongodb = {
  name: 'mongodb',
  title: 'MongoDB',
  variable: 'MONGODB_URL',
  package: 'SecantusDB (npm run services -- install)',
  version: VERSION,
  needs: [],

  install: (folder) => installFromPyPi(folder, `SecantusDB==${VERSION}`),

  find() {
    return findBinaries(mongodb, ['secantusd-py'], [`${installedFolder(mongodb)}/bin`]);
  },

  async start(context) {
    return serve(context, []);
  },

  async ready(url) {
    if (!(await hello(url)).isWritablePrimary) throw new Error('it is no primary');
  },

  compose: { port: 27017, url: (address) => `mongodb://${address}/?directConnection=true` },
};

/** A server without a replica set, which cannot run transactions. */
export const mongodbStandalone = {
  ...mongodb,
  name: 'mongodbstandalone',
  title: 'MongoDB (standalone)',
  variable: 'MONGODB_STANDALONE_URL',
  install: undefined,

  async start(context) {
    return serve(context, ['--standalone']);
  },

  async ready(url) {
    if ((await hello(url)).setName !== undefined) throw new Error('it is part of a replica set');
  },
};

function serve({ folder, port, programs }, options) {
  const args = [
    ...['--host', '127.0.0.1', '--port', String(port), '--storage-path', folder.file('data')],
    ...['--sync-on-commit', '--enable-test-commands', '--cache-size', '256M', '--log-level', 'WARNING'],
    ...options,
  ];
  const start = () => folder.serve(programs['secantusd-py'], args, 'SIGTERM');
  const url = `mongodb://127.0.0.1:${port}/?directConnection=true`;
  return { url, serving: start(), serveAgain: start };
}

async function hello(url) {
  const { default: mongoose } = await import('mongoose');
  const client = new mongoose.mongo.MongoClient(url, { serverSelectionTimeoutMS: 2_000 });
  try {
    return await client.db('admin').command({ hello: 1 });
  } finally {
    await client.close();
  }
}
