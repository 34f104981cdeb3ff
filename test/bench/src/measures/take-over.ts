import { blockedHolder, flamingock, hangingHolder } from '../contenders.js';
import type { Bench } from '../harness/bench.js';
import { atMost, row, type Aim, type Section } from '../harness/section.js';

const CHANGES = 3;
const LEASE_MS = 10_000;

/** How long a killed holder keeps another instance waiting, with the default lease; and that a busy one keeps it. */
export async function takeOver(bench: Bench): Promise<Section> {
  const waiter = { title: 'from the kill until the next instance is ready' };
  const figures = await bench.interleave([waiter], () => takeOverOnce(bench));
  const ms = figures.get(waiter) ?? [];
  return {
    title: `take-over: kill -9 of the holder, default lease of ${LEASE_MS} ms, PostgreSQL`,
    head: ['', 'median, ms', 'from – to'],
    rows: [row(waiter, ms)],
    aims: [atMost('the longest', Math.max(...ms), LEASE_MS + 1_000, 'ms'), await keepsItsLock(bench)],
  };
}

function takeOverOnce(bench: Bench): Promise<number> {
  return bench.onNewDatabase('postgres', async (database) => {
    const next = await bench.start(flamingock, database, CHANGES);
    const holder = await bench.start(hangingHolder, database, CHANGES);
    await holder.applyUntilStuck();
    const ready = next.apply();
    await holder.kill();
    const from = performance.now();
    await ready;
    return performance.now() - from;
  });
}

async function keepsItsLock(bench: Bench): Promise<Aim> {
  return bench.onNewDatabase('postgres', async (database) => {
    const next = await bench.start(flamingock, database, CHANGES);
    const holder = await bench.start(blockedHolder, database, CHANGES);
    await holder.applyUntilStuck();
    const [held, waited] = await Promise.all([holder.end(), next.apply()]);
    const found = `holder: ${String(held.details)}, the other one: ${String(waited.details)}`;
    const met = held.details === 'applied' && waited.details === 'up-to-date';
    return { aim: 'a holder whose event loop is blocked for 5 s keeps its lock', found, met };
  });
}
