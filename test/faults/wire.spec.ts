import { ChangeFailedError } from '@nestjs-flamingock/core';
import { boot } from '../e2e/boot.js';
import type { FixtureOptions } from '../e2e/fixture/app.module.js';
import { Workspace } from '../e2e/workspace.js';
import { describeOn } from '../services/describe-on.js';
import { mongoDatabase } from '../support/mongo-database.js';
import { mariadbDatabase, postgresDatabase } from '../support/sql-database.js';
import type { CreateDatabase, TestDatabase } from '../support/test-database.js';
import { TcpProxy } from '../support/tcp-proxy.js';

/**
 * `server`: a database on the server itself, which names its port; the application under
 * test goes through a proxy. `commit`: what a request to commit contains.
 */
function wireSuite(server: CreateDatabase, commit: RegExp, kind: 'shared' | 'separate'): void {
  let workspace: Workspace;
  let proxy: TcpProxy;
  let options: FixtureOptions;

  beforeEach(async () => {
    workspace = await Workspace.open(server, kind === 'separate' ? server : undefined);
    proxy = await proxyBefore(workspace.target);
    const proxied = workspace.target.at((url) => proxy.through(url));
    const database = kind === 'separate' ? { notes: proxied } : { audit: proxied };
    options = { ...workspace.options, ...database };
  });
  afterEach(async () => {
    await proxy.close();
    await workspace.remove();
  });

  it('finds out that a commit took effect whose answer was lost, and runs nothing twice', async () => {
    const onReach = async (point: string) => {
      if (point === 'inside the transaction') proxy.dropAnswerTo(commit);
    };
    const report = await boot({ ...options, onReach });
    expect(proxy.isArmed).toBe(false);
    expect(report.status).toBe('applied');
    expect(await workspace.notes()).toEqual(['one', 'three', 'two']);
    expect((await workspace.history()).filter((entry) => entry.startsWith('first-notes'))).toEqual([
      'first-notes:STARTED',
      'first-notes:EXECUTED',
    ]);
  });

  it('knows that a change was rolled back whose connection was cut before its commit', async () => {
    const onReach = async (point: string) => {
      if (point !== 'inside the transaction') return;
      proxy.down();
      setTimeout(() => proxy.up(), 500);
    };
    const failure = boot({ ...options, onReach });
    await expect(failure).rejects.toBeInstanceOf(ChangeFailedError);
    expect(await workspace.notes()).toEqual([]);
    expect(await workspace.history()).toEqual([
      'first-notes:STARTED',
      'first-notes:EXECUTION_FAILED',
      'first-notes:ROLLED_BACK',
    ]);
    proxy.up();
    expect((await boot(options)).status).toBe('applied');
    expect(await workspace.notes()).toEqual(['one', 'three', 'two']);
  });

  // Where the target is another database, the history stays within reach.
  if (kind === 'separate') return;
  it('records a change that ended while the history could not be reached', async () => {
    const onReach = async (point: string) => {
      if (point !== 'half of publish') return;
      proxy.down();
      setTimeout(() => proxy.up(), 1_000);
    };
    expect((await boot({ ...options, onReach })).status).toBe('applied');
    expect(workspace.outboxLines()).toEqual(['published by publish', 'warm']);
  });
}

async function proxyBefore(database: TestDatabase): Promise<TcpProxy> {
  let address = '';
  database.at((url) => (address = url));
  return TcpProxy.before(address);
}

for (const kind of ['shared', 'separate'] as const) {
  await describeOn(['postgres'], `a broken wire to PostgreSQL, databases ${kind}`, ({ postgres }) =>
    wireSuite(postgresDatabase(postgres), /COMMIT/, kind),
  );
  await describeOn(['mariadb'], `a broken wire to MariaDB, databases ${kind}`, ({ mariadb }) =>
    wireSuite(mariadbDatabase(mariadb), /COMMIT/, kind),
  );
  await describeOn(['mongodb'], `a broken wire to MongoDB, databases ${kind}`, ({ mongodb }) =>
    wireSuite(mongoDatabase(mongodb), /commitTransaction/, kind),
  );
}
