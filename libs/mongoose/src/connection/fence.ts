import { FencedError } from '@nestjs-flamingock/core';
import {
  isClaimedBeyond,
  takeOver,
  type AdapterHost,
  type LockHold,
  type TakeOverActions,
} from '@nestjs-flamingock/core/adapter';
import type { mongo } from 'mongoose';
import { DocumentHeldError } from '../mongoose.errors.js';
import type { Database } from './database.js';
import { isServerError } from './server-error.js';

/** One per service: who may write, and the session in whose transactions it does. */
export interface FenceDocument {
  readonly _id: string;
  readonly token: number;
  /** Of the hold of the lock; earlier versions wrote none. */
  readonly owner?: string;
  readonly session: mongo.Binary;
  /** Grows with every transaction that entered; keeps others from writing until it ends. */
  readonly entered?: number;
}

/** A holder that has claimed a fence. */
export interface FenceHolder {
  readonly hold: LockHold;
  /** Never returned to the driver's pool: a later holder may kill it at any time. */
  readonly session: mongo.ClientSession;
}

/** Fencing tokens in one collection: one document per service with the highest token seen. */
export class Fence<D extends FenceDocument = FenceDocument> {
  private readonly holders = new Map<string, FenceHolder>();

  constructor(
    private readonly database: Database,
    private readonly collection: string,
    private readonly host: AdapterHost,
  ) {}

  /**
   * Raises the fence to the hold, with a new session for the holder's transactions. Waits for
   * an open transaction of the service, and ends it on the server if it hangs.
   *
   * @param first what a service's first document has besides
   * @param most fields that are raised to these values, and never lowered
   * @throws FencedError when the fence is already higher, or carries this token for another owner.
   * @throws DocumentHeldError when a transaction that cannot be ended stays in the way.
   */
  async claim(hold: LockHold, where: string, first: object = {}, most?: object): Promise<D> {
    const session = this.database.startSession();
    const { limits, runtime } = this.host;
    const steps: TakeOverActions<string> = {
      endHolder: (seen) => this.endHolder(hold, session, seen),
      refusal: (seen, cause) => new DocumentHeldError(hold.service, this.collection, seen, cause),
      patienceMs: limits.takeOverMs,
    };
    const document = await takeOver(this.raise({ hold, session, where }, first, most), steps, runtime);
    this.holders.set(hold.service, { hold, session });
    return document;
  }

  /** The holder with that hold, which is made one by a claim if it is not. */
  async holder(hold: LockHold, where: string): Promise<FenceHolder> {
    const known = this.holderOf(hold.service);
    if (known?.hold.token === hold.token && known.hold.owner === hold.owner) return known;
    await this.claim(hold, where);
    return this.holder(hold, where);
  }

  /** Who claimed the fence last on this connection. */
  holderOf(service: string): FenceHolder | undefined {
    return this.holders.get(service);
  }

  /** Forgets the holder's session: nothing may run in it any more, because the outcome of its transaction is unknown. */
  forget(service: string): void {
    this.holders.delete(service);
  }

  /**
   * First operation of a transaction: checks the hold, and keeps every other holder waiting
   * until the transaction ends.
   *
   * @throws FencedError when the fence carries another hold.
   */
  async enter({ hold: { service, token, owner }, session }: FenceHolder, where: string): Promise<void> {
    const { matchedCount } = await this.database.on<FenceDocument, mongo.UpdateResult>(
      this.collection,
      (fences) => fences.updateOne({ _id: service, token, owner }, { $inc: { entered: 1 } }, { session }),
    );
    if (matchedCount === 0) throw new FencedError(service, token, where);
  }

  private async raise(
    { hold: { service, token, owner }, session, where }: FenceHolder & { where: string },
    first: object,
    most: object | undefined,
  ): Promise<D> {
    for (;;) {
      try {
        const raised = await this.database.on<FenceDocument, FenceDocument | null>(
          this.collection,
          (fences) =>
            fences.findOneAndUpdate(
              { _id: service, $or: [{ token: { $lt: token } }, { token, owner }] },
              {
                $set: { token, owner, session: idOf(session) },
                $setOnInsert: first as mongo.MatchKeysAndValues<FenceDocument>,
                ...(most && { $max: most as mongo.MatchKeysAndValues<FenceDocument> }),
              },
              { upsert: true, returnDocument: 'after' },
            ),
        );
        if (raised) return raised as D;
      } catch (error) {
        if (!isServerError(error, 'DuplicateKey')) throw error;
      }
      // There is one already: claimed beyond this hold, or inserted by another holder at this moment.
      const there = await this.find(service);
      const claimed = there && { token: there.token, owner: there.owner ?? null };
      if (claimed && isClaimedBeyond(claimed, { token, owner })) throw new FencedError(service, token, where);
    }
  }

  /** Only the session of a holder that was succeeded: its token is not above, and it is not our own. */
  private async endHolder(
    { service, token }: LockHold,
    own: mongo.ClientSession,
    seen: string | undefined,
  ): Promise<string | undefined> {
    const fence = await this.find(service);
    const id = fence?.session.toString('hex');
    if (!fence || fence.token > token || id === idOf(own).toString('hex')) return undefined;
    if (id === seen) {
      await this.database.outside((db) => db.admin().command({ killSessions: [{ id: fence.session }] }));
    }
    return id;
  }

  /** The document as it stands. */
  find(service: string): Promise<FenceDocument | null> {
    return this.database.on<FenceDocument, FenceDocument | null>(this.collection, (fences) =>
      fences.findOne({ _id: service }),
    );
  }
}

function idOf(session: mongo.ClientSession): mongo.Binary {
  return (session.id as { id: mongo.Binary }).id;
}
