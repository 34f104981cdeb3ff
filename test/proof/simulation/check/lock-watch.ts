import type { LockRecord } from '@nestjs-flamingock/core';
import type { InMemoryTables } from '@nestjs-flamingock/testing';
import { SERVICE } from '../../../../libs/core/src/fixtures/runs.js';
import type { Recorder } from '../world/recorder.js';
import type { SimulatedProcess } from '../world/simulated-process.js';
import type { Verdict } from './verdict.js';

/** Follows the lock from hand to hand, by the record that is in the store. */
export class LockWatch {
  private record: LockRecord | undefined;
  private readonly claimedBy = new Map<string, SimulatedProcess>();

  constructor(
    private readonly verdict: Verdict,
    private readonly recorder: Recorder,
    private readonly storeNow: () => number,
  ) {}

  /** The token that was given out last. */
  get token(): number {
    return this.record?.token ?? 0;
  }

  /** Goes on from what the store still has of it. */
  reset({ locks }: InMemoryTables): void {
    this.record = locks.get(SERVICE);
  }

  /** Takes note that a process has claimed the history with its token. */
  claimed(process: SimulatedProcess): void {
    const hold = `${process.token} ${process.owner}`;
    const other = this.claimedBy.get(hold);
    this.verdict.expect(
      other === undefined || other === process,
      'one token each',
      () => `${process.name} and ${other?.name} both have the hold ${hold}`,
    );
    this.claimedBy.set(hold, process);
  }

  /** Looks at the lock after something acted on it. */
  look({ locks }: InMemoryTables, process: SimulatedProcess): void {
    const [before, now] = [this.record, locks.get(SERVICE)];
    if (!now || now === before) return;
    this.record = now;
    if (now.token !== before?.token || now.owner !== before.owner) {
      this.changedHands(before, now, process);
      return;
    }
    const isRevived = before.expiresAt === 0 && now.expiresAt !== 0;
    this.verdict.expect(!isRevived, 'lock', () => `${process.name} revived the lock of token ${now.token}`);
  }

  private changedHands(before: LockRecord | undefined, now: LockRecord, process: SimulatedProcess): void {
    const isFree = !before || before.expiresAt <= this.storeNow();
    this.verdict.expect(
      isFree,
      'lock',
      () => `${process.name} took the lock that token ${before?.token} still held`,
    );
    const grew = now.token > (before?.token ?? 0);
    this.verdict.expect(
      grew,
      'one token each',
      () => `token ${now.token} was given out after ${before?.token}`,
    );
    if (before && before.expiresAt !== 0) {
      this.recorder.count('take-overs');
      this.recorder.tell(process.name, () => `TAKES OVER from token ${before.token}`);
    }
  }
}
