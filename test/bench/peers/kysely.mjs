import { Kysely, PostgresDialect, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import pg from 'pg';

/** Kysely's migrator, which commits all pending migrations at once and has no other way. */
export async function open({ database, inserts }) {
  const db = new Kysely({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: database.url }) }),
  });
  const migrations = Object.fromEntries(
    inserts.map(({ id, statement }) => [id, { up: (on) => sql.raw(statement).execute(on) }]),
  );
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  await sql`SELECT 1`.execute(db);
  return {
    async apply() {
      const { error, results } = await migrator.migrateToLatest();
      if (error) throw error;
      return results.length;
    },
    close: () => db.destroy(),
  };
}
