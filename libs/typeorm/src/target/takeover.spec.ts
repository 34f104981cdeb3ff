import { jest } from '@jest/globals';
import { FencedError } from '@nestjs-flamingock/core';
import type { Handles, TransactionOutcome } from '@nestjs-flamingock/core/adapter';
import { auditEntries, holdOf } from '@nestjs-flamingock/testing';
import type { DataSource } from 'typeorm';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { OwnServer } from '../../../../test/support/services/own-server.mjs';
import { mysqlServer } from '../database/mysql/mysql.server.js';
import { postgresServer } from '../database/postgres/postgres.server.js';
import { describeOnServers, type OpenDatabase } from '../fixtures/describe-engines.js';
import { Note } from '../fixtures/note.entity.js';
import { keysOf, note, noteTable } from '../fixtures/notes.js';
import { mysqlCommits, postgresCommits, type WaitingCommits } from '../fixtures/waiting-commits.js';
import { MariadbDatabase } from '../fixtures/mariadb-database.js';
import { auditStore, CHANGE, managerOf, targetSystem } from '../fixtures/open.js';
import { PostgresSchema } from '../fixtures/postgres-schema.js';
import type { TestDatabase } from '../fixtures/test-database.js';

const { service } = CHANGE;
const marker = { ...CHANGE, ...holdOf(1, CHANGE.service) };

let database: TestDatabase;
let old: DataSource;
let next: DataSource;

async function setUp(open: OpenDatabase): Promise<void> {
  database = await open();
  [old, next] = [await database.connect(), await database.connect()];
  await auditStore(old).prepare();
  await targetSystem(old).markers.prepare();
}

afterEach(async () => {
  jest.restoreAllMocks();
  await database.remove();
});

interface Hung {
  /** Lets the holder go on, to its COMMIT. */
  goOn(): Promise<TransactionOutcome>;
}

/** A holder that stops after `work`, in the middle of its transaction. */
async function hangAfter(
  work: (handles: Handles, append: () => Promise<void>) => Promise<void>,
  withMarker?: typeof marker,
): Promise<Hung> {
  const store = auditStore(old);
  let goOn = (): void => undefined;
  const stopped = new Promise<void>((resolve) => (goOn = resolve));
  let reached = (): void => undefined;
  const there = new Promise<void>((resolve) => (reached = resolve));
  const outcome = targetSystem(old).transaction(
    CHANGE,
    async (handles, tx) => {
      const batch = { hold: holdOf(1, service), entries: auditEntries(undefined, { service }, { service }) };
      await work(handles, () => store.append(batch, tx));
      reached();
      await stopped;
    },
    withMarker,
  );
  await Promise.race([there, outcome]);
  return {
    goOn: () => {
      goOn();
      return outcome;
    },
  };
}

/** Does something right after the last of so many looks at who is in the way. */
function afterLooks(count: number, act: () => Promise<unknown>): void {
  let looks = 0;
  for (const server of [postgresServer, mysqlServer]) {
    const look = server.endHolder.bind(server);
    jest.spyOn(server, 'endHolder').mockImplementation(async (...asked) => {
      const holder = await look(...asked);
      looks += 1;
      if (looks === count) await act();
      return holder;
    });
  }
}

await describeOnServers('a holder that hangs inside its transaction', (open) => {
  beforeEach(() => setUp(open));

  it('is ended by the next one that claims the head, and then changes nothing', async () => {
    await auditStore(old).claimHead(holdOf(1, service));
    const hung = await hangAfter(async (handles, append) => {
      await managerOf(handles).save(Note, note('x'));
      await append();
    });
    const result = await auditStore(next).claimHead(holdOf(2, service));
    expect(result).toMatchObject({ token: 2, seq: 0 });
    const outcome = await hung.goOn();
    expect(['unknown', 'rolled-back']).toContain(outcome.status);
    expect(await keysOf(next)).toEqual([]);
    await expect(auditStore(old).claimHead(holdOf(1, service))).rejects.toBeInstanceOf(FencedError);
    // Its pool does not hand the dead connection out again.
    for (let round = 0; round < 5; round += 1) expect(await keysOf(old)).toEqual([]);
  });

  it('is ended by the next one in the middle of its change, before it appended anything', async () => {
    await auditStore(old).claimHead(holdOf(1, service));
    await old.manager.save(Note, note('x'));
    const hung = await hangAfter(async (handles) => {
      await managerOf(handles).update(Note, { key: 'x' }, { value: 'of the old' });
    });
    const result = await auditStore(next).claimHead(holdOf(2, service));
    expect(result).toMatchObject({ token: 2, seq: 0 });
    // Nothing that it had locked is in the way of the next one.
    const redone = await targetSystem(next).transaction(CHANGE, async (handles) => {
      await managerOf(handles).update(Note, { key: 'x' }, { value: 'of the next' });
    });
    expect(redone).toEqual({ status: 'committed' });
    expect((await hung.goOn()).status).not.toBe('committed');
    expect(await next.manager.find(Note)).toEqual([{ key: 'x', value: 'of the next' }]);
  });

  it('is not even let in once it was succeeded', async () => {
    await auditStore(old).claimHead(holdOf(1, service));
    await auditStore(next).claimHead(holdOf(2, service));
    let called = false;
    const outcome = await targetSystem(old).transaction(CHANGE, async () => void (called = true));
    expect(outcome).toEqual({ status: 'rolled-back', error: expect.any(FencedError) });
    expect(called).toBe(false);
  });

  it('is ended by the next one that reads the marker', async () => {
    const hung = await hangAfter(async (handles) => {
      await managerOf(handles).save(Note, note('x'));
    }, marker);
    expect(await targetSystem(next).markers.read(holdOf(2, service), CHANGE.changeId)).toBeUndefined();
    expect((await hung.goOn()).status).not.toBe('committed');
    expect(await keysOf(next)).toEqual([]);
  });

  it('is ended by the next one whose change meets its fence', async () => {
    const hung = await hangAfter(() => Promise.resolve(), marker);
    const another = { ...marker, ...holdOf(2, service), changeId: 'another' };
    const running = targetSystem(next).transaction(
      another,
      async (handles) => {
        await managerOf(handles).save(Note, note('of the next'));
      },
      another,
    );
    expect(await running).toEqual({ status: 'committed' });
    expect((await hung.goOn()).status).not.toBe('committed');
    expect(await keysOf(next)).toEqual(['of the next']);
  });

  it('is ended in the middle of a statement that runs for long', async () => {
    const sleep = next.options.type === 'postgres' ? 'SELECT pg_sleep(600)' : 'SELECT SLEEP(600)';
    const ended: Promise<unknown> = hangAfter((handles) => managerOf(handles).query(sleep), marker).then(
      (hung) => hung.goOn(),
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    await targetSystem(next).markers.read(holdOf(2, service), CHANGE.changeId);
    expect(await ended).toMatchObject({ status: 'rolled-back' });
  });

  it('is left alone by one that it has itself succeeded', async () => {
    await auditStore(old).claimHead(holdOf(1, service));
    const hung = await hangAfter((_, append) => append());
    const late = auditStore(next).claimHead(holdOf(0, service));
    late.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect(await hung.goOn()).toEqual({ status: 'committed' });
    await expect(late).rejects.toBeInstanceOf(FencedError);
  });

  it('is not ended at the first look, at which it may be about to go on', async () => {
    await auditStore(old).claimHead(holdOf(1, service));
    const hung = await hangAfter((_, append) => append());
    afterLooks(1, () => hung.goOn());
    expect(await auditStore(next).claimHead(holdOf(2, service))).toMatchObject({ token: 2, seq: 2 });
    expect(await hung.goOn()).toEqual({ status: 'committed' });
  });

  it('is told from somebody else who holds the row, and is not ours to end', async () => {
    await auditStore(old).claimHead(holdOf(1, service));
    const { driver } = old;
    const runner = old.createQueryRunner();
    await runner.startTransaction();
    const heads = noteTable(old).replace(driver.escape('note'), driver.escape('flamingock_audit_heads'));
    await runner.query(`UPDATE ${heads} SET seq = seq WHERE service = '${service}'`);
    const claim = auditStore(next).claimHead(holdOf(2, service));
    await new Promise((resolve) => setTimeout(resolve, 900));
    await runner.commitTransaction();
    await runner.release();
    expect(await claim).toMatchObject({ token: 2 });
  });
});

function whileItCommits(open: OpenDatabase, commitsOf: (admin: DataSource) => Promise<WaitingCommits>): void {
  beforeEach(() => setUp(open));

  it.each([true, false])('is left to finish, with its entries: %s', async (withEntries) => {
    await auditStore(old).claimHead(holdOf(1, service));
    const commits = await commitsOf(await database.connect());
    const hung = await hangAfter(async (handles, append) => {
      await managerOf(handles).save(Note, note('x'));
      if (withEntries) await append();
    });
    try {
      await commits.hold();
      const outcome = hung.goOn();
      await commits.until();
      afterLooks(3, commits.letGo);
      expect(await auditStore(next).claimHead(holdOf(2, service))).toMatchObject({ token: 2 });
      expect(await outcome).toEqual({ status: 'committed' });
      expect(await keysOf(next)).toEqual(['x']);
    } finally {
      await commits.letGo();
    }
  });
}

await describeOn(
  ['postgres'],
  'a holder that is succeeded while it commits on PostgreSQL',
  ({ postgres }) => {
    whileItCommits(() => PostgresSchema.create(postgres), postgresCommits);
  },
);

// Of its own, because all commits of the server are held.
await describeOn(['mariadb'], 'a holder that is succeeded while it commits on MariaDB', () => {
  let server: OwnServer;
  beforeAll(async () => (server = await OwnServer.start('mariadb')));
  afterAll(() => server.remove());
  whileItCommits(() => MariadbDatabase.create(server.url), mysqlCommits);
});
