import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { registerAs } from '@nestjs/config';

/** Where the service listens and where it keeps what it writes. */
export interface DemoConfig {
  readonly port: number;
  /** The SQLite file. */
  readonly database: string;
  /** Folder that shops read the price feed from. */
  readonly feedFolder: string;
  /** File of the price index. */
  readonly indexFile: string;
  /** Where `--variant mongodb` keeps what SQLite has otherwise. */
  readonly mongodb: { readonly url: string; readonly name: string };
  /** Where `--variant streams` publishes prices, and keeps the index of prices. */
  readonly streams: {
    readonly brokers: readonly string[];
    readonly redisUrl: string;
    readonly prefix: string;
  };
  /** Currency after whose prices the process is to die; see `DemoCrash`. */
  readonly crashAfter: string | undefined;
  /** Milliseconds that each file of the price feed takes; see `DemoPace`. */
  readonly paceMs: number;
  /** Of the dashboard. */
  readonly dashboardPassword: string;
}

/**
 * Reads `PORT` (3000 by default), `DEMO_VAR` (a folder, `var` by default), `MONGODB_URL`,
 * `KAFKA_BROKERS` and `REDIS_URL` (the servers of compose.yml by default), `MONGODB_NAME` (`inventory`
 * by default), `STREAMS_PREFIX` (`inventory-` by default), `DEMO_CRASH`, `DEMO_PACE` and
 * `DEMO_PASSWORD` (another one at each start by default).
 *
 * @throws RangeError naming `PORT` if its value is not a port.
 */
export const demoConfig = registerAs('demo', (): DemoConfig => {
  const folder = resolve(process.env['DEMO_VAR'] ?? 'var');
  return {
    port: readPort(process.env['PORT'] ?? '3000'),
    database: join(folder, 'inventory.sqlite'),
    feedFolder: join(folder, 'feed'),
    indexFile: join(folder, 'cache', 'price-index.json'),
    mongodb: {
      url: process.env['MONGODB_URL'] ?? 'mongodb://127.0.0.1:57017/?directConnection=true',
      name: process.env['MONGODB_NAME'] ?? 'inventory',
    },
    streams: {
      brokers: (process.env['KAFKA_BROKERS'] ?? '127.0.0.1:59092').split(','),
      redisUrl: process.env['REDIS_URL'] ?? 'redis://127.0.0.1:56379',
      prefix: process.env['STREAMS_PREFIX'] ?? 'inventory-',
    },
    crashAfter: process.env['DEMO_CRASH'],
    paceMs: Number(process.env['DEMO_PACE'] ?? 0),
    dashboardPassword: process.env['DEMO_PASSWORD'] ?? randomBytes(6).toString('hex'),
  };
});

function readPort(value: string): number {
  if (/^\d{1,5}$/.test(value) && Number(value) < 65_536) return Number(value);
  throw new RangeError(`PORT must be a number from 0 to 65535, not "${value}"`);
}
