import type {
  LockAcquisition,
  LockClaim,
  LockHold,
  LockReading,
  LockRenewal,
  LockStore,
} from '@nestjs-flamingock/core/adapter';
import type { InMemoryDatabase } from './in-memory-database.js';

/** `expiresAt` of a lock that was released: unlike an expired hold, it cannot be renewed. */
const RELEASED = 0;

/** A lock in memory, whose clock is its database's. */
export class InMemoryLockStore implements LockStore {
  constructor(private readonly database: InMemoryDatabase) {}

  acquire({ leaseMs, floor = 0, ...holder }: LockClaim): Promise<LockAcquisition> {
    return this.database.write('acquire', ({ locks }) => {
      const held = locks.get(holder.service);
      const storeNow = this.database.now();
      if (held && held.expiresAt > storeNow) return { acquired: false, holder: held };
      const token = Math.max(held?.token ?? 0, floor) + 1;
      const record = { ...holder, token, acquiredAt: storeNow, expiresAt: storeNow + leaseMs };
      locks.set(holder.service, Object.freeze(record));
      return { acquired: true, token, storeNow };
    });
  }

  renew(hold: LockHold, leaseMs: number): Promise<LockRenewal> {
    return this.moveExpiry('renew', hold, () => this.database.now() + leaseMs);
  }

  async release(hold: LockHold): Promise<void> {
    await this.moveExpiry('release', hold, () => RELEASED);
  }

  read(service: string): Promise<LockReading | undefined> {
    return this.database.read('readLock', ({ locks }) => {
      const record = locks.get(service);
      return record && { ...record, storeNow: this.database.now() };
    });
  }

  private moveExpiry(name: string, hold: LockHold, expiry: () => number): Promise<LockRenewal> {
    return this.database.write(name, ({ locks }) => {
      const held = locks.get(hold.service);
      const isMine = held?.token === hold.token && held.owner === hold.owner;
      if (!isMine || held.expiresAt === RELEASED) return 'lost';
      locks.set(hold.service, Object.freeze({ ...held, expiresAt: expiry() }));
      return 'renewed';
    });
  }
}
