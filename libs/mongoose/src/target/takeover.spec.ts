import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import type { Connection } from 'mongoose';
import { FencedError } from '@nestjs-flamingock/core';
import type { Transaction } from '@nestjs-flamingock/core/adapter';
import { auditEntries, holdOf } from '@nestjs-flamingock/testing';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { Fence } from '../connection/fence.js';
import { failNext } from '../fixtures/fail-point.js';
import { keysOf, MongoDatabase, notes } from '../fixtures/mongo-database.js';
import { auditStore, CHANGE, targetSystem } from '../fixtures/open.js';

jest.setTimeout(120_000);

const { service, changeId } = CHANGE;

await describeOn(['mongodb'], 'a holder that hangs with its transaction open', ({ mongodb }) => {
  const appName = randomUUID();
  let database: MongoDatabase;
  let first: Connection;
  let second: Connection;

  beforeEach(async () => {
    database = await MongoDatabase.create(mongodb);
    first = await database.connect();
    second = await database.connect({ appName });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await database.remove();
  });

  /** Does something right after the first look at who is in the way. */
  function afterFirstLook(act: () => Promise<unknown>): void {
    const fences = Fence.prototype as unknown as { endHolder(...asked: unknown[]): Promise<unknown> };
    const { endHolder } = fences;
    jest.spyOn(fences, 'endHolder').mockImplementationOnce(async function (this: unknown, ...asked) {
      const seen = await endHolder.apply(this, asked);
      await act();
      return seen;
    });
  }

  /** Begins a change that hangs until it is let go. */
  async function hang(
    marker: boolean,
    beforeHang: (tx: Transaction) => Promise<void> = async () => undefined,
    connection = first,
  ) {
    const target = targetSystem(connection);
    await target.markers.prepare();
    let letGo = (): void => undefined;
    const released = new Promise<void>((resolve) => (letGo = resolve));
    let isHanging = (): void => undefined;
    const hanging = new Promise<void>((resolve) => (isHanging = resolve));
    const work = async (_: unknown, tx: Transaction): Promise<void> => {
      await notes(connection).create({ key: 'of the first', value: 'v' });
      await beforeHang(tx);
      isHanging();
      await released;
    };
    const running = target.transaction(
      CHANGE,
      work,
      marker ? { ...CHANGE, ...holdOf(1, CHANGE.service) } : undefined,
    );
    await Promise.race([hanging, running]);
    return { letGo, running };
  }

  it('is ended by whoever claims the head, and commits nothing when it goes on', async () => {
    const audit = auditStore(first);
    await audit.prepare();
    await audit.claimHead(holdOf(1, service));
    const { letGo, running } = await hang(false);
    const next = auditStore(second);
    expect(await next.claimHead(holdOf(2, service))).toMatchObject({ token: 2, seq: 0 });
    letGo();
    expect(await running).toMatchObject({ status: 'rolled-back', error: { name: 'TransactionLostError' } });
    expect(await keysOf(second)).toEqual([]);
  });

  it('is ended between its entries and its commit as well', async () => {
    const audit = auditStore(first);
    await audit.prepare();
    await audit.claimHead(holdOf(1, service));
    const entries = auditEntries(undefined, { service });
    const { letGo, running } = await hang(false, (tx) =>
      audit.append({ hold: holdOf(1, service), entries }, tx),
    );
    expect(await auditStore(second).claimHead(holdOf(2, service))).toMatchObject({ token: 2, seq: 0 });
    letGo();
    expect((await running).status).toBe('rolled-back');
    expect(await keysOf(second)).toEqual([]);
    expect(await auditStore(second).readSnapshot(service)).toEqual([]);
  });

  it('is ended by whoever asks for its marker', async () => {
    const { letGo, running } = await hang(true);
    expect(await targetSystem(second).markers.read(holdOf(2, service), changeId)).toBeUndefined();
    letGo();
    expect((await running).status).toBe('rolled-back');
    expect(await keysOf(second)).toEqual([]);
  });

  it('keeps out who has a lower token, which ends nothing', async () => {
    const audit = auditStore(first);
    await audit.prepare();
    await audit.claimHead(holdOf(5, service));
    const { letGo, running } = await hang(false);
    const claim = auditStore(second).claimHead(holdOf(4, service));
    await expect(claim).rejects.toBeInstanceOf(FencedError);
    letGo();
    expect(await running).toEqual({ status: 'committed' });
  });

  it('is not ended by a former holder whose claim is late', async () => {
    const audit = auditStore(first);
    await audit.prepare();
    await audit.claimHead(holdOf(5, service));
    const { letGo, running } = await hang(false);
    const late = { failCommands: ['findAndModify'], blockConnection: true, blockTimeMS: 1_200 } as const;
    await failNext(first, appName, late);
    const claim = auditStore(second).claimHead(holdOf(4, service));
    await expect(claim).rejects.toBeInstanceOf(FencedError);
    letGo();
    expect(await running).toEqual({ status: 'committed' });
  });

  it('is not ended at the first look, at which it may be about to go on', async () => {
    const audit = auditStore(first);
    await audit.prepare();
    await audit.claimHead(holdOf(1, service));
    const { letGo, running } = await hang(false);
    afterFirstLook(() => {
      letGo();
      return running;
    });
    expect(await auditStore(second).claimHead(holdOf(2, service))).toMatchObject({ token: 2 });
    expect(await running).toEqual({ status: 'committed' });
  });

  it('is the only one that is ended', async () => {
    const audit = auditStore(first);
    await audit.prepare();
    await audit.claimHead(holdOf(1, service));
    const session = await first.startSession();
    session.startTransaction();
    await notes(first).create([{ key: 'of the application', value: 'v' }], { session });
    const { letGo, running } = await hang(false);
    await auditStore(second).claimHead(holdOf(2, service));
    letGo();
    await running;
    await session.commitTransaction();
    await session.endSession();
    expect(await keysOf(second)).toEqual(['of the application']);
  });

  it('is ended alone among those of the same service and token in other databases and of other prefixes', async () => {
    const elsewhere = await MongoDatabase.create(mongodb);
    try {
      const healthy = [
        { connection: await elsewhere.connect(), options: {} },
        { connection: await database.connect(), options: { collectionPrefix: 'x_' } },
      ];
      for (const { connection, options } of healthy) {
        const audit = auditStore(connection, options);
        await audit.prepare();
        await audit.claimHead(holdOf(1, service));
      }
      const audit = auditStore(first);
      await audit.prepare();
      await audit.claimHead(holdOf(1, service));
      const hung = await hang(false);
      const others = await Promise.all(healthy.map(({ connection }) => hang(false, undefined, connection)));
      expect(await auditStore(second).claimHead(holdOf(2, service))).toMatchObject({ token: 2 });
      for (const { letGo } of [hung, ...others]) letGo();
      expect((await hung.running).status).toBe('rolled-back');
      for (const { running } of others) expect(await running).toEqual({ status: 'committed' });
    } finally {
      await elsewhere.remove();
    }
  });

  it('is named where the server does not let it be ended, and waited for', async () => {
    const audit = auditStore(first);
    await audit.prepare();
    await audit.claimHead(holdOf(1, service));
    const { letGo, running } = await hang(false);
    await failNext(second, appName, { failCommands: ['killSessions'], errorCode: 13 }, 2);
    const claim = auditStore(second).claimHead(holdOf(2, service));
    // The third attempt to end it is let through.
    expect(await claim).toMatchObject({ token: 2 });
    letGo();
    expect((await running).status).toBe('rolled-back');
  });
});
