import type { Database } from './database.js';

/** Wire versions of MongoDB 4.0 and 4.2, the first with transactions on a replica set and on a sharded cluster. */
const WITH_TRANSACTIONS = 7;
const WITH_SHARDED_TRANSACTIONS = 8;

interface Hello {
  readonly setName?: string;
  readonly msg?: string;
  readonly maxWireVersion?: number;
}

/** Why the server runs no transactions, with the remedy; `undefined` if it does. */
export async function whyNoTransactions(database: Database): Promise<string | undefined> {
  const {
    setName,
    msg,
    maxWireVersion = 0,
  } = await database.outside((db) => db.admin().command({ hello: 1 }) as Promise<Hello>);
  const isSharded = msg === 'isdbgrid';
  if (setName === undefined && !isSharded) {
    return (
      'the MongoDB server is a standalone, which has no transactions. Make it a replica set (one member is ' +
      'enough: mongod --replSet rs0, then rs.initiate()), or declare these changes "transactional: false".'
    );
  }
  if (maxWireVersion >= (isSharded ? WITH_SHARDED_TRANSACTIONS : WITH_TRANSACTIONS)) return undefined;
  return (
    'the MongoDB server is too old for transactions. Run MongoDB 5.0 or later, or declare these changes ' +
    '"transactional: false".'
  );
}
