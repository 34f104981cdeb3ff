import { parseArgs } from 'node:util';
import type { Type } from '@nestjs/common';

/** The variants of the service, and where their root modules are; only the one that is started is loaded. */
const STORES: Readonly<Record<string, () => Promise<{ readonly AppModule: Type }>>> = {
  sqlite: () => import('./app.module.js'),
  mongodb: () => import('./mongodb/app.module.js'),
};

/**
 * The root module that the arguments of the command ask for: `--store sqlite` (the default)
 * or `--store mongodb`.
 *
 * @throws Error naming what is wrong with them.
 */
export async function chosenModule(args: string[]): Promise<Type> {
  const { store } = parseArgs({ args, options: { store: { type: 'string', default: 'sqlite' } } }).values;
  const load = STORES[store];
  if (load) return (await load()).AppModule;
  throw new Error(`--store must be one of ${Object.keys(STORES).join(', ')}, not "${store}"`);
}
