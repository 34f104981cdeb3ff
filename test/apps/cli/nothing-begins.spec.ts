import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import { Workspace } from '../e2e/workspace.js';
import { describeOn } from '../../support/services/describe-on.js';
import { sqliteFile } from '../../support/sql-database.js';
import { ALLOWED_CI, environmentOf, fixture, flamingock } from './flamingock.js';

await describeOn(['redis'], 'an application with a queue worker and an interval', ({ redis }) => {
  const { hostname: host, port } = new URL(redis);
  const name = `cli-${randomUUID()}`;
  const queue = new Queue(name, { connection: { host, port: Number(port) } });
  let workspace: Awaited<ReturnType<typeof Workspace.open>>;

  beforeAll(async () => {
    workspace = await Workspace.open(sqliteFile);
    await queue.add('job', {});
  });
  afterAll(async () => {
    await queue.obliterate({ force: true });
    await queue.close();
    await workspace.remove();
  });

  it.each([
    'plan',
    'status',
    'verify',
    'drift',
    'execute',
    'wait',
    'undo -c publish --by ops --reason test',
    'audit list',
    'audit verify',
    'audit export',
    'audit reconcile',
    'issue list',
    'lock status',
    'service rename e2e shop --yes --by ops --reason test',
  ])('begins nothing and ends by itself: %s', async (command) => {
    const env = {
      ...ALLOWED_CI,
      ...environmentOf(workspace.options),
      WORKER_REDIS: redis,
      WORKER_QUEUE: name,
    };
    const { stderr, code } = await flamingock(['-m', fixture('worker.mjs'), ...command.split(' ')], { env });
    expect(stderr).not.toContain('has begun');
    expect(stderr).toContain('ended by itself');
    expect(code).toBe(0);
    expect(await queue.getJobCounts('waiting', 'active', 'completed', 'failed')).toMatchObject({
      waiting: 1,
      active: 0,
      completed: 0,
      failed: 0,
    });
  });
});
