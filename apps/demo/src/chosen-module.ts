import { parseArgs } from 'node:util';
import type { Type } from '@nestjs/common';

/** The variants of the service, and where their root modules are; only the one that is started is loaded. */
const VARIANTS: Readonly<Record<string, () => Promise<{ readonly AppModule: Type }>>> = {
  sqlite: () => import('./app.module.js'),
  mongodb: () => import('./mongodb/app.module.js'),
  streams: () => import('./streams/app.module.js'),
  cloud: () => import('./cloud/app.module.js'),
};

/**
 * The root module of the variant that the arguments of the command ask for: `--variant
 * sqlite` (the default), `mongodb` (history and data in MongoDB), `streams` (SQLite, with
 * a feed in Kafka and a price index in Redis) or `cloud` (SQLite, with a feed in an S3 bucket
 * and a price index in OpenSearch).
 *
 * @throws RangeError naming what is wrong with them.
 */
export async function chosenModule(args: string[]): Promise<Type> {
  const { variant } = parseArgs({ args, options: { variant: { type: 'string', default: 'sqlite' } } }).values;
  const load = VARIANTS[variant];
  if (load) return (await load()).AppModule;
  throw new RangeError(`--variant must be one of ${Object.keys(VARIANTS).join(', ')}, not "${variant}"`);
}
