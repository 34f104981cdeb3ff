import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { config, up } from 'migrate-mongo';
import { MongoClient } from 'mongodb';

/** migrate-mongo, which reads files; the transaction of a migration is its author's, the record comes after it. */
export async function open({ database: { url, name }, inserts, folder }) {
  const client = await new MongoClient(url).connect();
  for (const { id, number, note } of inserts) {
    writeFileSync(join(folder, `${id}.cjs`), migration({ _id: number, note }));
  }
  config.set({
    mongodb: { url, databaseName: name },
    migrationsDir: folder,
    changelogCollectionName: 'changelog',
    lockCollectionName: 'changelog_lock',
    lockTtl: 0,
    migrationFileExtension: '.cjs',
    useFileHash: false,
    moduleSystem: 'commonjs',
  });
  return {
    apply: async () => (await up(client.db(name), client)).length,
    close: () => client.close(),
  };
}

function migration(row) {
  return `exports.up = (db, client) => client.withSession((session) => session.withTransaction(
  () => db.collection('benchmark_rows').insertOne(${JSON.stringify(row)}, { session })));\n`;
}
