// Other migration tools at work: each applies its migrations to a database and so writes its history by itself.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The names that the migrations of a tool have in its history, from 1. */
const nameOf = {
  knex: (number) => `2024010${number}_step.js`,
  umzug: (number) => `0${number}-step.js`,
  'mikro-orm': (number) => `Migration2024010${number}`,
  'migrate-mongo': (number) => `2024010${number}-step.cjs`,
};

/** Applies so many migrations with a tool to the database at a URL. */
const apply = {
  async knex({ engine, url }, count) {
    const { default: createKnex } = await import('knex');
    const knex = createKnex({
      client: { postgres: 'pg', mariadb: 'mysql2', sqlite: 'better-sqlite3' }[engine],
      connection: engine === 'sqlite' ? { filename: url } : url.replace(/^mariadb:/, 'mysql:'),
      useNullAsDefault: engine === 'sqlite',
    });
    const migrationSource = {
      getMigrations: async () => numbers(count),
      getMigrationName: nameOf.knex,
      getMigration: async (number) => ({ up: (on) => on.raw(stepOf(number)), down: async () => undefined }),
    };
    await knex.migrate.latest({ migrationSource });
    await knex.destroy();
  },

  async umzug({ engine, url }, count) {
    const { Sequelize } = await import('sequelize');
    const { SequelizeStorage, Umzug } = await import('umzug');
    const dialectModule = engine === 'mariadb' ? createRequire(import.meta.url)('mysql2') : undefined;
    const sequelize = new Sequelize(url.replace(/^mariadb:/, 'mysql:'), {
      logging: false,
      ...(dialectModule && { dialectModule }),
    });
    const umzug = new Umzug({
      migrations: numbers(count).map((number) => ({
        name: nameOf.umzug(number),
        up: () => sequelize.query(stepOf(number)),
      })),
      storage: new SequelizeStorage({ sequelize }),
      logger: undefined,
    });
    await umzug.up();
    await sequelize.close();
  },

  async 'mikro-orm'({ engine, url, folder }, count) {
    const { Migration, Migrator } = await import('@mikro-orm/migrations');
    const { defineConfig, EntitySchema, MikroORM } = await import(
      engine === 'mariadb' ? '@mikro-orm/mariadb' : '@mikro-orm/postgresql'
    );
    const Step = new EntitySchema({
      name: 'Step',
      tableName: 'steps',
      properties: { step: { type: 'integer', primary: true } },
    });
    const migrationsList = numbers(count).map((number) => ({
      name: nameOf['mikro-orm'](number),
      class: class extends Migration {
        async up() {
          this.addSql(stepOf(number));
        }
      },
    }));
    const orm = await MikroORM.init(
      defineConfig({
        clientUrl: url,
        entities: [Step],
        extensions: [Migrator],
        migrations: { path: folder, snapshot: false, silent: true, migrationsList },
      }),
    );
    await orm.migrator.up();
    await orm.close(true);
  },

  async 'migrate-mongo'({ url, name, folder }, count) {
    const { config, up } = await import('migrate-mongo');
    const { MongoClient } = await import('mongodb');
    const migrationsDir = join(folder, 'migrations');
    mkdirSync(migrationsDir, { recursive: true });
    for (const number of numbers(count))
      writeFileSync(
        join(migrationsDir, nameOf['migrate-mongo'](number)),
        `exports.up = (db) => db.collection('steps').insertOne({ _id: ${number} });\n`,
      );
    config.set({
      mongodb: { url, databaseName: name },
      migrationsDir,
      changelogCollectionName: 'changelog',
      lockCollectionName: 'changelog_lock',
      lockTtl: 0,
      migrationFileExtension: '.cjs',
      useFileHash: true,
      moduleSystem: 'commonjs',
    });
    const client = await new MongoClient(url).connect();
    await up(client.db(name), client);
    await client.close();
  },
};

/** Runs as a process: `node tools.mjs TOOL '{"engine":…}' COUNT`. */
const [, , tool, database, count] = process.argv;
if (tool !== undefined) await apply[tool](JSON.parse(database), Number(count));

function numbers(count) {
  return Array.from({ length: count }, (_, at) => at + 1);
}

function stepOf(number) {
  return `INSERT INTO steps VALUES (${number})`;
}
