import { jest } from '@jest/globals';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { PostgresSchema } from '../fixtures/postgres-schema.js';
import { send } from './connection.js';

await describeOn(['postgres'], 'a statement of ours on PostgreSQL', ({ postgres }) => {
  it('is answered by callback: what the driver returns as a promise it keeps for long', async () => {
    const database = await PostgresSchema.create(postgres);
    const dataSource = await database.connect();
    const runner = dataSource.createQueryRunner();
    const connection = (await runner.connect()) as { query(...asked: unknown[]): unknown };
    const query = jest.spyOn(connection, 'query');
    expect((await send(dataSource, runner, 'SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    expect(query.mock.calls.map((asked) => typeof asked.at(-1))).toEqual(['function']);
    await runner.release();
    await database.remove();
  });
});
