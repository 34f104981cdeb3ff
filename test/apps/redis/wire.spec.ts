import { ChangeFailedError, FlamingockError, ManualInterventionError } from '@nestjs-flamingock/core';
import { COMMIT as COMMIT_SCRIPT } from '../../../libs/redis/src/connection/redis-scripts.js';
import { describeOn } from '../../support/services/describe-on.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import type { FixtureOptions } from './fixtures/app.module.js';
import { RedisWorkspace } from './redis-workspace.js';

const APPLIED = ['1', '1', '1', '0', '1.00', null];
/** What only the commit has: the marker of an execution. */
const COMMIT = /"operation":"EXECUTE"/;

await describeOn(['redis'], 'a start whose way to Redis breaks', ({ redis }) => {
  let workspace: RedisWorkspace;
  let proxy: TcpProxy;
  let options: FixtureOptions;

  beforeEach(async () => {
    workspace = await RedisWorkspace.open(redis, false);
    // What is dropped is then the answer of the script, not that the server does not know it yet.
    await workspace.client.script('LOAD', COMMIT_SCRIPT.source);
    proxy = await TcpProxy.before(redis);
    options = { ...workspace.impatient, url: proxy.through(redis) };
  });
  afterEach(async () => {
    await proxy.close();
    await workspace.remove();
  });

  async function failureOf(boot: Promise<unknown>): Promise<Error> {
    try {
      await boot;
    } catch (error) {
      return error as Error;
    }
    throw new TypeError('the start did not fail');
  }

  it('finds out that a commit took effect whose answer was lost, and runs nothing twice', async () => {
    const report = await workspace.boot(options, async () => proxy.meet(COMMIT, 'drop answer'));
    expect(proxy.isArmed).toBe(false);
    expect(report.status).toBe('applied');
    expect(await workspace.effects()).toEqual(APPLIED);
    expect((await workspace.history()).slice(0, 2)).toEqual(['warm-prices:STARTED', 'warm-prices:EXECUTED']);
  });

  it('finds out that part of a commit took effect whose answer was lost', async () => {
    const boot = workspace.boot({ ...options, breaks: true }, async () => proxy.meet(COMMIT, 'drop answer'));
    expect(await failureOf(boot)).toBeInstanceOf(ChangeFailedError);
    expect(await workspace.history()).toEqual(['warm-prices:STARTED', 'warm-prices:EXECUTION_FAILED']);
    expect(await failureOf(workspace.boot(options))).toBeInstanceOf(ManualInterventionError);
    expect((await workspace.effects())[0]).toBe('1');
  });

  it('runs nothing, and names address and remedy, where Redis is down from the beginning', async () => {
    proxy.down();
    const error = await failureOf(workspace.boot(options));
    expect(error.message).toContain(`Redis at ${new URL(options.url).host}`);
    expect(error.message).toContain('Check that it is up');
    expect(await workspace.history()).toEqual([]);
    proxy.up();
    expect((await workspace.boot(options)).status).toBe('applied');
    expect(await workspace.effects()).toEqual(APPLIED);
  });

  it('takes a change back in the middle of which Redis goes down', async () => {
    const error = await failureOf(workspace.boot(options, async () => proxy.down()));
    expect(error.message).toContain(`Redis at ${new URL(options.url).host}`);
    const attempt = ['warm-prices:STARTED', 'warm-prices:EXECUTION_FAILED', 'warm-prices:ROLLED_BACK'];
    expect(await workspace.history()).toEqual([...attempt, ...attempt, ...attempt]);
    proxy.up();
    expect((await workspace.boot(options)).status).toBe('applied');
    expect(await workspace.effects()).toEqual(APPLIED);
  });

  it('leaves a commit for the next start to decide where Redis goes down with it and stays away', async () => {
    const boot = workspace.boot(options, async () => {
      proxy.meet(COMMIT, 'drop answer');
      void untilDisarmed().then(() => proxy.down());
    });
    const error = await failureOf(boot);
    expect(error.message).toContain('warm-prices');
    expect(await workspace.history()).toEqual(['warm-prices:STARTED']);
    proxy.up();
    const report = await workspace.boot(options);
    expect(report.changes[0]).toMatchObject({ changeId: 'warm-prices', result: 'reconciled' });
    expect(await workspace.effects()).toEqual(APPLIED);
  });

  it('waits for an answer that is late', async () => {
    const report = await workspace.boot(options, async () => proxy.meet(COMMIT, { delayMs: 300 }));
    expect(report.status).toBe('applied');
    expect(await workspace.effects()).toEqual(APPLIED);
  });

  it.each([
    ['in the middle of a change', /GET/i],
    ['at its commit', COMMIT],
  ])(
    'ends where Redis is connected and says nothing, and goes on at the next start: %s',
    async (_, request) => {
      const settings = { ...options.settings, timeouts: { answerMs: 1_000, changeMs: 1_000, graceMs: 50 } };
      const silent = workspace.boot(
        { ...options, settings },
        async () => proxy.meet(request, 'hang'),
        (service) => service.execute().finally(() => proxy.up()),
      );
      expect(await failureOf(silent)).toBeInstanceOf(FlamingockError);
      expect(proxy.isArmed).toBe(false);
      expect((await workspace.boot(options)).status).toBe('applied');
      expect(await workspace.effects()).toEqual(APPLIED);
    },
  );

  it('is an issue at once where a command failed in the middle, and goes on once an operator has checked', async () => {
    const error = await failureOf(workspace.boot({ ...options, breaks: true }));
    expect(error).toBeInstanceOf(ChangeFailedError);
    expect(error.message).toMatch(/command 5 of 6, LPUSH[^]*audit fix -c warm-prices --resolution EXECUTED/);
    expect(await workspace.history()).toEqual(['warm-prices:STARTED', 'warm-prices:EXECUTION_FAILED']);
    const blocked = await failureOf(workspace.boot(options));
    expect(blocked).toBeInstanceOf(ManualInterventionError);
    await workspace.boot(options, undefined, (service) =>
      service.audit.fix({ changeId: 'warm-prices', resolution: 'EXECUTED' }, { reason: 'test' }),
    );
    expect((await workspace.boot(options)).status).toBe('applied');
    expect(await workspace.effects()).toEqual(APPLIED);
  });

  it('begins nothing where the replicas do not even have its claim of the target', async () => {
    const target = { waitReplicas: { count: 1, timeoutMs: 100 } };
    const error = await failureOf(workspace.boot({ ...options, target }));
    expect(error.message).toContain('0 of 1 replicas have it');
    expect(await workspace.history()).toEqual([]);
    expect((await workspace.boot(options)).status).toBe('applied');
    expect(await workspace.effects()).toEqual(APPLIED);
  });

  async function untilDisarmed(): Promise<void> {
    while (proxy.isArmed) await new Promise((resolve) => setImmediate(resolve));
  }
});
