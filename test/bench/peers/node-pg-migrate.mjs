import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runner } from 'node-pg-migrate';
import pg from 'pg';

/** node-pg-migrate, which reads files; `variant`: "each" for a transaction each, "all" for one, its default. */
export async function open({ database, inserts, folder, variant }) {
  const dbClient = new pg.Client(database.url);
  await dbClient.connect();
  for (const { id, number, statement } of inserts) {
    const name = `${1_700_000_000_000 + number}_${id}.cjs`;
    writeFileSync(join(folder, name), `exports.up = (pgm) => pgm.sql(${JSON.stringify(statement)});\n`);
  }
  const options = { direction: 'up', migrationsTable: 'pgmigrations', dir: folder, verbose: false };
  return {
    async apply() {
      const applied = await runner({
        ...options,
        dbClient,
        singleTransaction: variant === 'all',
        log: () => undefined,
      });
      return applied.length;
    },
    close: () => dbClient.end(),
  };
}
