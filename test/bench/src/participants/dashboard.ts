import 'reflect-metadata';
import { get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { FlamingockModule, FlamingockService } from '@nestjs-flamingock/core';
import { typeOrmAuditStore, typeOrmTargetSystem } from '@nestjs-flamingock/typeorm';
import type { Job, Participant } from '../participant.js';
import { median } from '../harness/samples.js';
import { insertRow } from './insert-row.js';
import { QueryCounter } from './query-counter.js';
import { typeOrmOptions } from './typeorm-options.js';

/** What pages cost, in milliseconds, and how often those that stay open have the store asked. */
export interface PagesDetails {
  readonly overview: number;
  readonly status: number;
  readonly firstPage: number;
  readonly deepPage: number;
  readonly queriesPerSecond: number;
}

const SAMPLES = 15;
const OPEN_PAGES = 50;
const WATCHED_SECONDS = 10;

/**
 * `pages`: an application with a long history that answers the requests of the dashboard. `boot`, `bare-boot`: from the
 * import of everything until it listens, with and without the dashboard.
 */
export async function open(job: Job): Promise<Participant> {
  if (job.variant !== 'pages') return booting(job);
  const counter = new QueryCounter();
  const app = await listening(job, counter, true);
  return { apply: () => pages(app, counter), close: () => app.close() };
}

function booting(job: Job): Participant {
  let app: INestApplication | undefined;
  return {
    apply: async () => void (app = await listening(job, new QueryCounter(), job.variant === 'boot')),
    close: async () => app?.close(),
  };
}

async function listening(
  { database, inserts }: Job,
  logger: QueryCounter,
  hasDashboard: boolean,
): Promise<INestApplication> {
  class BenchmarkModule {}
  const imports: DynamicModule[] = [
    TypeOrmModule.forRoot({ ...typeOrmOptions(database), retryAttempts: 0, logger }),
    FlamingockModule.forRoot({
      service: 'default',
      auditStore: typeOrmAuditStore(),
      targetSystems: [typeOrmTargetSystem('rows-db')],
    }),
    FlamingockModule.forFeature({ stage: 'rows', changes: inserts.map((insert) => insertRow(insert)) }),
  ];
  if (hasDashboard) {
    const { FlamingockDashboardModule } = await import('@nestjs-flamingock/dashboard');
    imports.push(FlamingockDashboardModule.forRoot({ unguarded: true }));
  }
  const app = await NestFactory.create({ module: BenchmarkModule, imports }, { logger: false });
  await app.listen(0, '127.0.0.1');
  return app;
}

async function pages(app: INestApplication, counter: QueryCounter): Promise<PagesDetails> {
  const server = app.getHttpServer() as Server;
  const { port } = server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}/flamingock/api`;
  const flamingock = app.get(FlamingockService);
  const ask = async (path: string): Promise<void> => {
    const response = await fetch(`${base}/${path}`);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    await response.arrayBuffer();
  };
  const { head } = await flamingock.status();
  const times = await sampled({
    status: () => flamingock.status(),
    overview: () => ask('overview'),
    firstPage: () => ask('history'),
    deepPage: () => ask(`history?before=${Math.floor((head?.seq ?? 0) / 2)}`),
  });
  return { ...times, queriesPerSecond: await watched(base, counter) };
}

/** Medians of what takes its turn with the others, after a round that warms up. */
async function sampled<K extends string>(
  works: Readonly<Record<K, () => Promise<unknown>>>,
): Promise<Record<K, number>> {
  const samples = new Map<string, number[]>(Object.keys(works).map((name) => [name, []]));
  for (let round = 0; round <= SAMPLES; round += 1) {
    for (const [name, work] of Object.entries<() => Promise<unknown>>(works)) {
      const from = performance.now();
      await work();
      if (round > 0) samples.get(name)?.push(performance.now() - from);
    }
  }
  return Object.fromEntries([...samples].map(([name, ms]) => [name, median(ms)])) as Record<K, number>;
}

/** Queries a second while so many pages are open. */
async function watched(base: string, counter: QueryCounter): Promise<number> {
  const requests = await Promise.all(Array.from({ length: OPEN_PAGES }, () => stream(`${base}/events`)));
  await pause(1_000);
  const before = counter.queries;
  await pause(WATCHED_SECONDS * 1_000);
  const queries = counter.queries - before;
  for (const request of requests) request.destroy();
  return queries / WATCHED_SECONDS;
}

function stream(url: string): Promise<ReturnType<typeof get>> {
  return new Promise((resolve, reject) => {
    const request = get(url, (response) => {
      if (response.statusCode !== 200) reject(new Error(`events: ${response.statusCode}`));
      response.resume();
      response.on('error', () => undefined);
      resolve(request);
    });
    request.on('error', reject);
  });
}
