import { randomUUID } from 'node:crypto';
import type { Connection } from 'mongoose';
import { FencedError } from '@nestjs-flamingock/core';
import type { AuditEntry } from '@nestjs-flamingock/core';
import { auditEntries, holdOf } from '@nestjs-flamingock/testing';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { failNext } from '../fixtures/fail-point.js';
import { keysOf, MongoDatabase, notes } from '../fixtures/mongo-database.js';
import { auditStore, CHANGE, targetSystem } from '../fixtures/open.js';

const { service } = CHANGE;
const hold = holdOf(1, service);

await describeOn(['mongodb'], 'the entries of a transactional change', ({ mongodb }) => {
  const appName = randomUUID();
  let database: MongoDatabase;
  let connection: Connection;
  let other: Connection;

  beforeEach(async () => {
    database = await MongoDatabase.create(mongodb);
    connection = await database.connect({ appName, monitorCommands: true });
    other = await database.connect();
    await auditStore(connection).prepare();
  });
  afterEach(() => database.remove());

  /** Records a change; tells how it ended, and by which commands. */
  async function change(entries: [AuditEntry, ...AuditEntry[]], goesOn = false) {
    const store = auditStore(connection);
    await store.claimHead(hold);
    const commands: string[] = [];
    connection.getClient().on('commandStarted', ({ commandName }) => commands.push(commandName));
    const outcome = await targetSystem(connection).transaction(CHANGE, async (_, tx) => {
      await notes(connection).create({ key: 'k', value: 'v' });
      const appended = store.append({ hold, entries }, tx);
      await (goesOn ? appended.catch(() => undefined) : appended);
    });
    return { outcome, commands };
  }

  async function history(): Promise<AuditEntry[]> {
    const seen: AuditEntry[] = [];
    for await (const entry of auditStore(other).readHistory(service)) seen.push(entry);
    return seen;
  }

  it('are written with the head in one command', async () => {
    const entries = auditEntries(undefined, { service }, { service });
    const { outcome, commands } = await change(entries);
    expect(outcome).toEqual({ status: 'committed' });
    expect(commands).toEqual(['update', 'insert', 'bulkWrite', 'commitTransaction']);
    expect(await history()).toEqual(entries);
  });

  it.each([59, 115])(
    'are written after the head where the server refuses that command (%d)',
    async (errorCode) => {
      await failNext(other, appName, { failCommands: ['bulkWrite'], errorCode });
      const entries = auditEntries(undefined, { service }, { service });
      const { outcome, commands } = await change(entries);
      expect(outcome).toEqual({ status: 'committed' });
      expect(commands).toEqual(['update', 'insert', 'findAndModify', 'insert', 'commitTransaction']);
      expect(await history()).toEqual(entries);
    },
  );

  it.each([true, false])(
    'are not in the history where they do not follow the head: caught %s',
    async (caught) => {
      const entries = auditEntries(auditEntries(undefined, { service })[0], { service });
      const { outcome } = await change(entries, caught);
      expect(outcome.status).toBe('rolled-back');
      if (!caught) expect(outcome).toMatchObject({ error: expect.any(FencedError) as unknown });
      expect([await history(), await keysOf(other)]).toEqual([[], []]);
    },
  );

  it('are not in the history where one of their places is taken', async () => {
    const [first, second] = auditEntries(undefined, { service }, { service });
    await other.db!.collection('flamingock_audit_entries').insertOne({ ...second });
    const { outcome } = await change([first, second!]);
    expect(outcome).toMatchObject({ status: 'rolled-back', error: { code: 11_000 } });
    expect([(await history()).length, await keysOf(other)]).toEqual([1, []]);
    expect(await auditStore(other).readHead(service)).toMatchObject({ seq: 0 });
  });
});
