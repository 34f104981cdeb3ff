// Runs a bundled program with the code that V8 has compiled of it before: to compile it takes longer than to run it.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { constants, Script } from 'node:vm';

// As if the program had been started itself.
process.argv.splice(1, 1);
const [, file] = process.argv;
const cache = `${file}.${process.version}.cache`;
const script = new Script(Module.wrap(readFileSync(file, 'utf8')), {
  filename: file,
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  ...(existsSync(cache) && { cachedData: readFileSync(cache) }),
});
const module = { exports: {} };
script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file));
if (script.cachedDataRejected !== false) process.once('exit', keepCompiled);

/** Whole or not at all: others start meanwhile. */
function keepCompiled() {
  const draft = `${cache}.${process.pid}`;
  writeFileSync(draft, script.createCachedData());
  renameSync(draft, cache);
}
