import { InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import { openRun } from '../fixtures/runs.js';
import { LockProgress } from './lock-progress.js';
import type { LockRecord } from './lock-store.js';

let progress: LockProgress;

beforeEach(() => (progress = new LockProgress()));

describe('the progress of a run with its lock', () => {
  it('waits for nobody before the lock is asked for, and has run nothing', () => {
    expect([progress.waitsFor, progress.state]).toEqual([undefined, 'before']);
  });

  it('tells who holds the lock that it waits for, where that is known', () => {
    const holder = { owner: 'another' } as LockRecord;
    progress.waiting(holder);
    expect([progress.waitsFor, progress.state]).toEqual([{ holder }, 'before']);
    progress.waiting(undefined);
    expect(progress.waitsFor).toEqual({ holder: undefined });
  });

  it('is at work from when it has the lock until it has released it', async () => {
    const runtime = new ManualRuntime();
    const { lease } = await openRun(
      new InMemoryAuditStore(new InMemoryDatabase({ now: runtime.wallMs })),
      runtime,
    );
    progress.waiting(undefined);
    progress.ended(lease);
    expect([progress.waitsFor, progress.state]).toEqual([undefined, 'at work']);
    await lease.release();
    expect(progress.state).toBe('over');
  });

  it('has run nothing where it waited and nothing was left to do', () => {
    progress.waiting(undefined);
    progress.ended(undefined);
    expect([progress.waitsFor, progress.state]).toEqual([undefined, 'before']);
  });
});
