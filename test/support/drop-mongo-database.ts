import type { Connection } from 'mongoose';

/**
 * Drops the connection's database on a server that goes on after the tests. That of a run ends
 * with it; and the stand-in for MongoDB waits for ever, and lets everybody wait, when it is to
 * drop documents that a killed client's transaction still has.
 */
export async function dropMongoDatabase(connection: Connection): Promise<void> {
  if (process.env['MONGODB_URL']) await connection.dropDatabase();
}
