import type { Readable } from 'node:stream';
import type { Handles, TransactionOutcome } from '@nestjs-flamingock/core/adapter';
import type { DataSource } from 'typeorm';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { MariadbDatabase } from '../fixtures/mariadb-database.js';
import { Note } from '../fixtures/note.entity.js';
import { keysOf, note } from '../fixtures/notes.js';
import { CHANGE, managerOf, targetSystem } from '../fixtures/open.js';
import type { TestDatabase } from '../fixtures/test-database.js';
import { OpenStreamError } from './open-stream.error.js';
import type { TypeOrmTargetSystem } from '../target/typeorm.target-system.js';

interface Row {
  readonly v: string;
}
const ROWS = "SELECT 'a' AS v UNION SELECT 'b' UNION SELECT 'c'";

await describeOn(['mariadb'], 'rows that a change reads as a stream', ({ mariadb }) => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let target: TypeOrmTargetSystem;

  beforeEach(async () => {
    database = await MariadbDatabase.create(mariadb);
    dataSource = await database.connect();
    target = targetSystem(dataSource);
  });
  afterEach(async () => {
    await target.close();
    await database.remove();
  });

  const stream = (handles: Handles): Promise<Readable> => managerOf(handles).queryRunner!.stream(ROWS);
  const outcomeOf = (work: (handles: Handles) => Promise<void>): Promise<TransactionOutcome> =>
    target.transaction(CHANGE, async (handles) => {
      await managerOf(handles).save(Note, note('before'));
      await work(handles);
    });

  it('fail the change at its next statement, which would wait for ever, with the line to write', async () => {
    const outcome = await outcomeOf(async (handles) => {
      for await (const row of await stream(handles))
        await managerOf(handles).save(Note, note((row as Row).v));
    });
    expect(outcome).toMatchObject({ status: 'rolled-back', error: expect.any(OpenStreamError) });
    expect(String((outcome as { error: unknown }).error)).toMatch(/"add-notes".*find.*transactional: false/s);
    expect(await keysOf(dataSource)).toEqual([]);
  });

  it('fail the change that leaves them in the middle', async () => {
    let left: Readable | undefined;
    const outcome = await outcomeOf(async (handles) => void (left = await stream(handles)));
    expect(outcome).toMatchObject({ status: 'rolled-back', error: expect.any(OpenStreamError) });
    expect(left?.destroyed).toBe(true);
  });

  it('are fine where they are read to the end, or given up, before the next statement', async () => {
    const outcome = await outcomeOf(async (handles) => {
      const read: Row[] = [];
      for await (const row of await stream(handles)) read.push(row as Row);
      for await (const row of await stream(handles)) if (row) break;
      await managerOf(handles).save(Note, note(read.at(-1)!.v));
    });
    expect(outcome).toEqual({ status: 'committed' });
    expect(await keysOf(dataSource)).toEqual(['before', 'c']);
  });
});
