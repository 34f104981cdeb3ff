import { Column, Entity, PrimaryColumn, TableColumn, type DataSource, type QueryRunner } from 'typeorm';
import { describeOnEngines } from '../fixtures/describe-engines.js';
import { Note } from '../fixtures/note.entity.js';
import { CHANGE, targetSystem } from '../fixtures/open.js';
import type { TestDatabase } from '../fixtures/test-database.js';
import { QUERY_RUNNER } from '../inject-query-runner.decorator.js';

const length = { generatedType: 'STORED', asExpression: 'length(value)' } as const;

/** An entity whose table is to have a column that the database computes. */
@Entity()
class Measured {
  @PrimaryColumn('int')
  id!: number;

  @Column({ type: 'int', ...length })
  size!: number;
}

let database: TestDatabase;
let dataSource: DataSource;

await describeOnEngines('TypeORM’s table of generated columns', (open) => {
  beforeEach(async () => {
    database = await open();
    dataSource = await database.connect({ entities: [Note, Measured] });
  });

  afterEach(() => database.remove());

  it('is there for a change, as it is for a migration', async () => {
    const target = targetSystem(dataSource);
    await target.run(CHANGE, async (handles) => {
      const runner = handles.get(QUERY_RUNNER) as QueryRunner;
      const column = new TableColumn({ name: 'size', type: 'int', isNullable: true, ...length });
      await runner.addColumn(dataSource.getMetadata(Note).tablePath, column);
    });
    const outcome = await target.transaction(CHANGE, async (handles) => {
      const runner = handles.get(QUERY_RUNNER) as QueryRunner;
      const table = await runner.getTable(dataSource.getMetadata(Note).tablePath);
      expect(table?.findColumnByName('size')?.generatedType).toBe('STORED');
    });
    expect(outcome).toEqual({ status: 'committed' });
    await target.close();
  });
});
