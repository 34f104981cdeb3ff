import { Migration, Migrator } from '@mikro-orm/migrations';
import { defineConfig, EntitySchema, MikroORM } from '@mikro-orm/postgresql';

/** MikroORM's migrator; `variant`: "each" for a transaction each, "all" for one around all, its default. */
export async function open({ database, inserts, folder, variant }) {
  const Row = new EntitySchema({
    name: 'Row',
    tableName: 'benchmark_rows',
    properties: { id: { type: 'integer', primary: true }, note: { type: 'string' } },
  });
  const orm = await MikroORM.init(
    defineConfig({
      clientUrl: database.url,
      entities: [Row],
      extensions: [Migrator],
      migrations: {
        path: folder,
        snapshot: false,
        silent: true,
        allOrNothing: variant === 'all',
        migrationsList: inserts.map(({ id, statement }) => ({ name: id, class: insertRow(statement) })),
      },
    }),
  );
  await orm.connect();
  return {
    apply: async () => (await orm.migrator.up()).length,
    close: () => orm.close(true),
  };
}

function insertRow(statement) {
  return class extends Migration {
    async up() {
      this.addSql(statement);
    }
  };
}
