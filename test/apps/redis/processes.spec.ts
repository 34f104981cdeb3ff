import { startProgram, type Exit, type Instance } from '../e2e/fixture-process.js';
import { describeOn } from '../../support/services/describe-on.js';
import type { InstanceOptions } from './fixtures/main.js';
import { RedisWorkspace } from './redis-workspace.js';

/** Every change once. */
const APPLIED = ['1', '1', '1', '0', '1.00', null];
const NOTHING = [null, null, null, null, null, null];

const start = (options: InstanceOptions): Instance => startProgram('redis', options);
const run = (options: InstanceOptions): Promise<Exit> => start(options).exit;
const resultsOf = ({ report }: Exit) =>
  report?.changes.map(({ changeId, result }) => `${changeId} ${result}`);

function processSuite(url: string, cluster: boolean): void {
  let workspace: RedisWorkspace;
  beforeEach(async () => (workspace = await RedisWorkspace.open(url, cluster)));
  afterEach(() => workspace.remove());

  it('apply each change once and all end well when four start together', async () => {
    const exits = await Promise.all(Array.from({ length: 4 }, () => run(workspace.options)));
    expect(exits.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      Array(4).fill({ code: 0, stderr: '' }),
    );
    expect(exits.filter(({ report }) => report?.status === 'applied')).toHaveLength(1);
    expect(await workspace.effects()).toEqual(APPLIED);
  });

  it.each(['inside', 'before the commit'] as const)(
    'leave nothing of a change that one is killed in, and the next applies it: %s',
    async (at) => {
      expect((await run({ ...workspace.impatient, at })).signal).toBe('SIGKILL');
      expect(await workspace.effects()).toEqual(NOTHING);
      const next = await run(workspace.options);
      expect(next.stderr).toBe('');
      expect(resultsOf(next)?.[0]).toBe('warm-prices executed');
      expect(await workspace.effects()).toEqual(APPLIED);
      expect((await workspace.history()).slice(0, 3)).toEqual([
        'warm-prices:STARTED',
        'warm-prices:ROLLED_BACK',
        'warm-prices:STARTED',
      ]);
    },
  );

  it('know of a change that one was killed right after, without running it again', async () => {
    const killed = await run({ ...workspace.impatient, at: 'before its end is recorded' });
    expect(killed.signal).toBe('SIGKILL');
    const next = await run(workspace.options);
    expect(next.stderr).toBe('');
    expect(resultsOf(next)?.[0]).toBe('warm-prices reconciled');
    expect(await workspace.effects()).toEqual(APPLIED);
  });

  it.each([3, 20_000])(
    'apply a change once where one is killed while the server has its commit: %i keys',
    async (size) => {
      const killed = await run({ ...workspace.impatient, size, at: 'after sending the commit' });
      expect(killed.signal).toBe('SIGKILL');
      const next = await run({ ...workspace.options, size });
      expect(next.stderr).toBe('');
      expect(resultsOf(next)?.[0]).toMatch(/^warm-prices (reconciled|executed)$/);
      expect(await workspace.effects()).toEqual(APPLIED);
    },
  );

  it('stop where part of a change took effect and one was killed before it said so', async () => {
    const at = 'before its end is recorded';
    const killed = await run({ ...workspace.impatient, breaks: true, at });
    expect(killed.signal).toBe('SIGKILL');
    const partly = ['1', null, null, '0', '1', null];
    expect(await workspace.effects()).toEqual(partly);
    for (const next of [await run(workspace.options), await run(workspace.options)]) {
      expect(next.code).toBe(1);
      expect(next.stderr).toContain('needs a manual check');
      expect(next.stderr).toContain('EXECUTION_FAILED');
      expect(next.stderr).toMatch(/command 5 of 6, LPUSH \S+price:0, failed: WRONGTYPE/);
      expect(next.stderr).toContain(
        'npx --no @nestjs-flamingock/cli audit fix -c warm-prices --resolution EXECUTED',
      );
    }
    expect(await workspace.effects()).toEqual(partly);
    expect(await workspace.history()).toEqual(['warm-prices:STARTED', 'warm-prices:EXECUTION_FAILED']);
  });

  it.each(['inside', 'before the commit'] as const)(
    'change nothing after a pause past the lease, and say that the lock is lost: %s',
    async (at) => {
      const stopped = start({ ...workspace.impatient, at, signal: 'SIGSTOP' });
      await stopped.stopped();
      const next = await run(workspace.options);
      expect(next.stderr).toBe('');
      expect(next.report?.status).toBe('applied');
      const after = await workspace.history();
      stopped.kill('SIGCONT');
      const exit = await stopped.exit;
      expect(exit.code).toBe(1);
      expect(exit.stderr).toContain('Lost the lock');
      expect(await workspace.history()).toEqual(after);
      expect(await workspace.effects()).toEqual(APPLIED);
    },
  );
}

await describeOn(['redis'], 'processes on SQLite with changes of Redis', ({ redis }) =>
  processSuite(redis, false),
);
await describeOn(['rediscluster'], 'processes on SQLite with changes of a Cluster', ({ rediscluster }) =>
  processSuite(rediscluster, true),
);
