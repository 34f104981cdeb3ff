import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';

/** Drizzle's migrator, which reads files and commits all pending ones at once. */
export async function open({ database, inserts, folder }) {
  const client = new pg.Client(database.url);
  await client.connect();
  const entries = inserts.map(({ id, number }) => ({
    idx: number - 1,
    version: '7',
    when: 1_700_000_000_000 + number,
    tag: id,
    breakpoints: true,
  }));
  mkdirSync(join(folder, 'meta'));
  writeFileSync(
    join(folder, 'meta', '_journal.json'),
    JSON.stringify({ version: '7', dialect: 'postgresql', entries }),
  );
  for (const { id, statement } of inserts) writeFileSync(join(folder, `${id}.sql`), statement);
  return {
    apply: () => migrate(drizzle({ client }), { migrationsFolder: folder }),
    close: () => client.end(),
  };
}
