#!/usr/bin/env bash
# mongoose 9.12.1 bundled by esbuild 0.28.2: an ES module that says `import * as mongoose` and calls
# mongoose.createConnection(), as @nestjs/mongoose 12 does, works in Node and throws in the bundle. Mongoose asks
# whether the function is called on an instance of Mongoose. To Node it is called on the module namespace, which is
# none; esbuild makes the namespace of a CommonJS module with its prototype, and with members that have only getters.
# Whoever ships a Nest application as one file meets it at the first connection, and in no test before.
# Seen: node 0; bundle, for CommonJS and for ES modules: TypeError, nextConnectionId ... has only a getter.
# Exits 0 as long as that is so.
set -euo pipefail
cd "$(mktemp -d)"
npm init -y >/dev/null && npm install --silent --no-audit --no-fund mongoose@9.12.1 esbuild@0.28.2

cat >connect.mjs <<'E'
import * as mongoose from 'mongoose';
console.log(mongoose.createConnection().readyState);
E

bundle() { npx --no-install esbuild connect.mjs --bundle --platform=node --log-level=error "$@"; }
bundle --format=cjs --outfile=bundle.cjs
bundle --format=esm --outfile=bundle.mjs \
  --banner:js="import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"

node connect.mjs | tee node.out
grep -qx 0 node.out
for file in bundle.cjs bundle.mjs; do
  if node "$file" >"$file.out" 2>&1; then exit 1; fi
  grep -m1 TypeError "$file.out"
  grep -q nextConnectionId "$file.out"
done
