import {
  bare,
  bareInOneMessage,
  flamingock,
  flamingockEach,
  flamingockOnMongo,
  migrateMongo,
  postgresPeers,
  sqlPeers,
  typeOrmAll,
  typeOrmEach,
} from '../contenders.js';
import type { Bench } from '../harness/bench.js';
import { CpuTimes } from '../harness/cpu-times.js';
import { ONE_WAY_MS } from '../harness/distance.js';
import type { Contender } from '../harness/participant-process.js';
import { comparison, ratioAim, type Section } from '../harness/section.js';
import type { DatabaseKind } from '../participant.js';

const TITLES = { postgres: 'PostgreSQL', mariadb: 'MariaDB', sqlite: 'SQLite', mongodb: 'MongoDB' };

/** One-insert transactional changes, all of them pending, on PostgreSQL. */
export function applyOnPostgres(bench: Bench): Promise<Section> {
  return apply(
    bench,
    'postgres',
    flamingock,
    [typeOrmEach, flamingockEach, typeOrmAll, ...sqlPeers, ...postgresPeers, bare, bareInOneMessage],
    0.75,
  );
}

/** The same with the server in another zone. */
export function applyFromFar(bench: Bench): Promise<Section> {
  const title = `PostgreSQL at ${ONE_WAY_MS} ms each way`;
  return apply(bench, 'postgres', flamingock, [typeOrmEach, flamingockEach, bare, bareInOneMessage], 0.3, {
    title,
    isFar: true,
  });
}

/** The same on MariaDB. */
export function applyOnMariaDb(bench: Bench): Promise<Section> {
  return apply(bench, 'mariadb', flamingock, [typeOrmEach, flamingockEach, typeOrmAll, ...sqlPeers], 0.9);
}

/** The same on SQLite. */
export function applyOnSqlite(bench: Bench): Promise<Section> {
  return apply(bench, 'sqlite', flamingock, [typeOrmEach, flamingockEach, typeOrmAll, ...sqlPeers], 0.8);
}

/** The same on MongoDB. */
export function applyOnMongo(bench: Bench): Promise<Section> {
  return apply(bench, 'mongodb', flamingockOnMongo, [migrateMongo], 1.2);
}

/** `factor`: what ours may take of the first peer's time. */
async function apply(
  bench: Bench,
  kind: DatabaseKind,
  ours: Contender,
  peers: readonly [Contender, ...Contender[]],
  factor: number,
  { title: server = TITLES[kind], isFar = false } = {},
): Promise<Section> {
  const changes = bench.quick ? 100 : 1_000;
  const cpu = new CpuTimes<Contender>();
  const figures = await bench.interleave([ours, ...peers], async (contender) =>
    cpu.note(contender, await bench.applyOnce(contender, kind, changes, isFar)),
  );
  const title = `apply: ${changes} one-insert transactional changes, ${server}`;
  const aims = [ratioAim(figures, ours, factor, peers[0])];
  return cpu.addTo(comparison(title, figures, ours, aims), figures.keys());
}
