#!/usr/bin/env bash
# TypeORM turns SQLite's foreign keys off before the transaction of a migration, because its schema builder
# drops the table that it has copied and the drop would delete the rows that refer to it. It does not do so
# where a migration is reverted (there it is inside the transaction, where SQLite ignores it), nor with the
# transaction mode "none"; and after a migration that failed they stay off on the connection.
# The driver here is sql.js, which needs no compiler; what decides is the executor that all drivers share.
# Exits with 0 while that is so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund typeorm@1.1.1 sql.js@1.13.0 reflect-metadata@0.2.2 >/dev/null
cat >main.js <<'JS'
require('reflect-metadata');
const { DataSource, TableColumn } = require('typeorm');

const column = () => new TableColumn({ name: 'more', type: 'text', isNullable: true });
class AddMore1700000000000 {
  up(runner) { return runner.addColumn('parent', column()); }
  down(runner) { return runner.dropColumn('parent', 'more'); }
}
class Failing1700000000001 {
  async up() { throw new Error('mine'); }
  async down() {}
}

async function open(migrations, mode = 'all') {
  const dataSource = new DataSource({ type: 'sqljs', migrations, migrationsTransactionMode: mode });
  await dataSource.initialize();
  await dataSource.query('CREATE TABLE parent (id INTEGER PRIMARY KEY)');
  await dataSource.query('CREATE TABLE child (id INTEGER PRIMARY KEY, parentId INTEGER REFERENCES parent (id) ON DELETE CASCADE)');
  await dataSource.query('INSERT INTO parent VALUES (1), (2)');
  await dataSource.query('INSERT INTO child VALUES (1, 1), (2, 2)');
  return dataSource;
}
const children = async (dataSource) => (await dataSource.query('SELECT count(*) AS n FROM child'))[0].n;

(async () => {
  const seen = {};
  const reverted = await open([AddMore1700000000000]);
  await reverted.runMigrations();
  seen['children after run'] = await children(reverted);
  await reverted.undoLastMigration();
  seen['children after revert'] = await children(reverted);
  const bare = await open([AddMore1700000000000], 'none');
  await bare.runMigrations();
  seen['children after run, mode none'] = await children(bare);
  const failed = await open([Failing1700000000001]);
  await failed.runMigrations().catch(() => undefined);
  seen['foreign_keys after a migration that failed'] = (await failed.query('PRAGMA foreign_keys'))[0].foreign_keys;
  console.log('typeorm 1.1.1, sql.js 1.13.0');
  console.log(seen);
  const expected = [2, 0, 0, 0];
  if (String(Object.values(seen)) !== String(expected)) process.exit(1);
})();
JS
node main.js
