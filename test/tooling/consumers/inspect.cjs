// Run inside a consumer, by its own Node: what its database holds, as JSON.
const { createRequire } = require('node:module');
const Database = createRequire(`${process.cwd()}/`)('better-sqlite3');

const database = new Database(process.argv[2], { readonly: true });
const all = (sql) => database.prepare(sql).all();
const tables = all("SELECT name FROM sqlite_master WHERE type = 'table'").map(({ name }) => name);
const table = (ending) => tables.find((name) => name.endsWith(ending));
console.log(
  JSON.stringify({
    audit: all(`SELECT change_id, state FROM ${table('audit_entries')} ORDER BY seq`).map(
      (entry) => `${entry.change_id} ${entry.state}`,
    ),
    locks: all(`SELECT * FROM ${table('locks')}`),
    greetings: all('SELECT text FROM greeting ORDER BY id').map(({ text }) => text),
  }),
);
