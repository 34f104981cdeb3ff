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
  /** Folder of the price index. */
  readonly indexFolder: string;
  /** Where `--variant mongodb` keeps what SQLite has otherwise. */
  readonly mongodb: { readonly url: string; readonly name: string };
  /** Where `--variant streams` publishes prices, and keeps the index of prices. */
  readonly streams: {
    readonly brokers: readonly string[];
    readonly redisUrl: string;
    readonly prefix: string;
  };
  /** Where `--variant cloud` publishes price lists, and searches prices. */
  readonly cloud: {
    /** With the key and its secret as user and password. */
    readonly s3Url: string;
    readonly bucket: string;
    readonly searchUrl: string;
    readonly prefix: string;
  };
  /** Where the process is to die, as `publish-feed:EUR`; see `DemoCrash`. */
  readonly crashAt: string | undefined;
  /** Milliseconds that each file of the price feed takes; see `DemoPace`. */
  readonly paceMs: number;
  /** Of the dashboard. */
  readonly dashboardPassword: string;
}

/**
 * Reads `PORT` (3000 by default), `DEMO_VAR` (a folder, `var` by default), `MONGODB_URL`,
 * `KAFKA_BROKERS`, `REDIS_URL`, `S3_URL` and `OPENSEARCH_URL` (the servers of compose.yml by default),
 * `MONGODB_NAME` and `S3_BUCKET` (`inventory` by default), `STREAMS_PREFIX` and `SEARCH_PREFIX`
 * (`inventory-` by default), `DEMO_CRASH`, `DEMO_PACE` and `DEMO_PASSWORD` (another one at each
 * start by default).
 *
 * @throws RangeError naming `PORT` if its value is not a port.
 */
export const demoConfig = registerAs('demo', (): DemoConfig => {
  const folder = resolve(process.env['DEMO_VAR'] ?? 'var');
  return {
    port: readPort(process.env['PORT'] ?? '3000'),
    database: join(folder, 'inventory.sqlite'),
    feedFolder: join(folder, 'feed'),
    indexFolder: join(folder, 'cache'),
    mongodb: {
      url: process.env['MONGODB_URL'] ?? 'mongodb://127.0.0.1:57017/?directConnection=true',
      name: process.env['MONGODB_NAME'] ?? 'inventory',
    },
    streams: {
      brokers: (process.env['KAFKA_BROKERS'] ?? '127.0.0.1:59092').split(','),
      redisUrl: process.env['REDIS_URL'] ?? 'redis://127.0.0.1:56379',
      prefix: process.env['STREAMS_PREFIX'] ?? 'inventory-',
    },
    cloud: {
      s3Url: process.env['S3_URL'] ?? 'http://test:flamingock-test@127.0.0.1:58333',
      bucket: process.env['S3_BUCKET'] ?? 'inventory',
      searchUrl: process.env['OPENSEARCH_URL'] ?? 'http://127.0.0.1:59200',
      prefix: process.env['SEARCH_PREFIX'] ?? 'inventory-',
    },
    crashAt: process.env['DEMO_CRASH'],
    paceMs: Number(process.env['DEMO_PACE'] ?? 0),
    dashboardPassword: process.env['DEMO_PASSWORD'] ?? randomBytes(6).toString('hex'),
  };
});

function readPort(value: string): number {
  if (/^\d{1,5}$/.test(value) && Number(value) < 65_536) return Number(value);
  throw new RangeError(`PORT must be a number from 0 to 65535, not "${value}"`);
}
