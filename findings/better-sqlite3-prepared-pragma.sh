#!/usr/bin/env bash
# better-sqlite3 12.11.1 (SQLite 3.53.2): `PRAGMA busy_timeout = n` as a prepared statement takes effect when it is
# prepared, has none when it is run for the first time, and has one at each later run. Whoever prepares two of them at
# the start, to switch to and fro, has the wrong time-out at first.
# Needs a C++ compiler, make, Python and Node. Exits 0 as long as that is so.
set -euo pipefail
cd "$(mktemp -d)"
npm init -y >/dev/null && npm install --silent --no-audit --no-fund better-sqlite3@12.11.1

cat >expected.txt <<'E'
prepared 1000, then 2000: 2000
1000 run for the first time: 2000
2000 run for the first time: 2000
1000 run for the second time: 1000
2000 run for the second time: 2000
E
node - <<'E' | tee seen.txt
const Database = require('better-sqlite3');
const db = new Database(':memory:');
const now = () => db.pragma('busy_timeout', { simple: true });
const shorter = db.prepare('PRAGMA busy_timeout = 1000');
const longer = db.prepare('PRAGMA busy_timeout = 2000');
console.log('prepared 1000, then 2000:', now());
for (const run of ['first', 'second']) {
  shorter.get();
  console.log(`1000 run for the ${run} time:`, now());
  longer.get();
  console.log(`2000 run for the ${run} time:`, now());
}
E
diff expected.txt seen.txt
