import { ChangeFailedError } from '@nestjs-flamingock/core';
import { DataSource } from 'typeorm';
import { boot } from '../e2e/boot.js';
import { Workspace } from '../e2e/workspace.js';
import { describeOn } from '../services/describe-on.js';
import { postgresDatabase, type SqlDatabase } from '../support/sql-database.js';
import { RestartablePostgres } from './restartable-postgres.mjs';

await describeOn(['postgres'], 'a database server that restarts in the middle of a run', () => {
  let server: RestartablePostgres;
  let workspace: Workspace<SqlDatabase>;

  beforeEach(async () => {
    server = await RestartablePostgres.start();
    workspace = await Workspace.open(postgresDatabase(server.url));
  });
  afterEach(() => server.remove());

  const restartAt = (point: string) => async (reached: string) => {
    if (reached !== point) return;
    await server.stop();
    await server.startAgain();
  };

  async function look(query: string): Promise<Record<string, unknown>[]> {
    const connection = await new DataSource(workspace.audit.options.typeorm).initialize();
    try {
      return await connection.query(query);
    } finally {
      await connection.destroy();
    }
  }

  it('does not hinder a change of another system from being recorded', async () => {
    const report = await boot({ ...workspace.options, onReach: restartAt('half of publish') });
    expect(report.status).toBe('applied');
    expect(await look('SELECT value FROM note ORDER BY value')).toEqual([
      { value: 'one' },
      { value: 'three' },
      { value: 'two' },
    ]);
  });

  it('takes a transactional change with it, which is recorded and runs at the next start', async () => {
    const failure = boot({ ...workspace.options, onReach: restartAt('inside the transaction') });
    await expect(failure).rejects.toBeInstanceOf(ChangeFailedError);
    expect(await look('SELECT value FROM note')).toEqual([]);
    const states = await look('SELECT state FROM flamingock_audit_entries ORDER BY seq');
    expect(states.map(({ state }) => state)).toEqual(['STARTED', 'EXECUTION_FAILED', 'ROLLED_BACK']);
    expect((await boot(workspace.options)).status).toBe('applied');
  });
});
