import type { LockRecord } from '@nestjs-flamingock/core';
import type {
  LockAcquisition,
  LockClaim,
  LockHold,
  LockReading,
  LockRenewal,
  LockStore,
} from '@nestjs-flamingock/core/adapter';
import type { mongo } from 'mongoose';
import type { Database } from '../connection/database.js';
import { isServerError } from '../connection/server-error.js';

interface LockDocument {
  readonly _id: string;
  readonly owner: string;
  readonly host: string;
  readonly pid: number;
  readonly token: number;
  readonly acquiredAt: Date;
  readonly expiresAt: Date;
}

/** `expiresAt` of a released lock, which an expired one never has: it cannot be renewed. */
const RELEASED = new Date(0);

// Dates are compared as numbers: not every server compares a stored date with its own time rightly.
const IS_FREE = { $expr: { $lte: [{ $toLong: '$expiresAt' }, { $toLong: '$$NOW' }] } };

/** One document per service. All times are the server's. */
export class MongooseLockStore implements LockStore {
  constructor(
    private readonly database: Database,
    private readonly collection: string,
  ) {}

  async acquire({ service, owner, host, pid, leaseMs, floor = 0 }: LockClaim): Promise<LockAcquisition> {
    const hold = { owner: { $literal: owner }, host: { $literal: host }, pid: { $literal: pid } };
    const next = { $add: [{ $max: ['$token', floor] }, 1] };
    const times = { acquiredAt: '$$NOW', expiresAt: { $add: ['$$NOW', leaseMs] } };
    const taken = await this.unlessHeld((locks) =>
      locks.findOneAndUpdate({ _id: service, ...IS_FREE }, [{ $set: { ...hold, token: next, ...times } }], {
        upsert: true,
        returnDocument: 'after',
      }),
    );
    if (!taken) return { acquired: false, holder: await this.holderOf(service) };
    return { acquired: true, token: taken.token, storeNow: taken.acquiredAt.getTime() };
  }

  async renew(hold: LockHold, leaseMs: number): Promise<LockRenewal> {
    const expiry = [{ $set: { expiresAt: { $add: ['$$NOW', leaseMs] } } }];
    const { matchedCount } = await this.on((locks) => locks.updateOne(held(hold), expiry));
    return matchedCount > 0 ? 'renewed' : 'lost';
  }

  async release(hold: LockHold): Promise<void> {
    await this.on((locks) => locks.updateOne(held(hold), { $set: { expiresAt: RELEASED } }));
  }

  async read(service: string): Promise<LockReading | undefined> {
    const found = await this.on((locks) =>
      locks
        .aggregate<LockDocument & { storeNow: Date }>([
          { $match: { _id: service } },
          { $set: { storeNow: '$$NOW' } },
        ])
        .toArray(),
    );
    return found[0] && { ...toRecord(found[0]), storeNow: found[0].storeNow.getTime() };
  }

  private async holderOf(service: string): Promise<LockRecord | undefined> {
    const found = await this.on((locks) => locks.findOne({ _id: service }));
    return found ? toRecord(found) : undefined;
  }

  /** A held lock is not found, and one that is not found cannot be inserted where it is. */
  private async unlessHeld<T>(take: (locks: mongo.Collection<LockDocument>) => Promise<T>) {
    try {
      return await this.on(take);
    } catch (error) {
      if (isServerError(error, 'DuplicateKey')) return undefined;
      throw error;
    }
  }

  private on<T>(work: (locks: mongo.Collection<LockDocument>) => Promise<T>): Promise<T> {
    return this.database.on(this.collection, work);
  }
}

function held({ service, token, owner }: LockHold): mongo.Filter<LockDocument> {
  return { _id: service, token, owner, expiresAt: { $gt: RELEASED } };
}

function toRecord({ _id, owner, host, pid, token, acquiredAt, expiresAt }: LockDocument): LockRecord {
  return {
    service: _id,
    owner,
    host,
    pid,
    token,
    acquiredAt: acquiredAt.getTime(),
    expiresAt: expiresAt.getTime(),
  };
}
