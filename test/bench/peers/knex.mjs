import createKnex from 'knex';

const CLIENTS = { postgres: 'pg', mariadb: 'mysql2', sqlite: 'better-sqlite3' };

/** knex, whose migrations run in a transaction each unless told otherwise. */
export async function open({ database: { kind, url }, inserts }) {
  const knex = createKnex({
    client: CLIENTS[kind],
    connection: kind === 'sqlite' ? { filename: url } : url.replace(/^mariadb:/, 'mysql:'),
    useNullAsDefault: kind === 'sqlite',
  });
  const migrationSource = {
    getMigrations: async () => inserts,
    getMigrationName: ({ id }) => id,
    getMigration: async ({ statement }) => ({ up: (on) => on.raw(statement), down: async () => undefined }),
  };
  await knex.raw('SELECT 1');
  return {
    async apply() {
      const [, applied] = await knex.migrate.latest({ migrationSource });
      return applied.length;
    },
    close: () => knex.destroy(),
  };
}
