#!/usr/bin/env node
import { processTerminal } from './output/terminal.js';
import { run } from './run.js';

/** What an application that could not be closed keeps open must not keep the command. */
const GRACE_MS = 2_000;

void run(process.argv.slice(2), processTerminal()).then((exitCode) => {
  process.exitCode = exitCode;
  setTimeout(() => process.exit(), GRACE_MS).unref();
});
