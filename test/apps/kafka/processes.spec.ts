import { jest } from '@jest/globals';
import { runInstance, startInstance } from '../e2e/fixture-process.js';
import { describeOn } from '../../support/services/describe-on.js';
import { EventsWorkspace } from './events-workspace.js';

jest.setTimeout(120_000);

const ALL = ['one', 'three', 'two'];
const RETRIED = ['STARTED', 'ROLLED_BACK', 'STARTED', 'EXECUTED'];
const RECONCILED = ['STARTED', 'EXECUTED'];

await describeOn(['kafka'], 'processes that publish to Kafka', ({ kafka }) => {
  let workspace: EventsWorkspace;
  beforeEach(async () => (workspace = await EventsWorkspace.open(kafka)));
  afterEach(() => workspace.remove());

  it('publish each event once when four start together', async () => {
    const exits = await Promise.all(Array.from({ length: 4 }, () => runInstance(workspace.options)));
    expect(exits.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      Array(4).fill({ code: 0, stderr: '' }),
    );
    expect(exits.filter(({ report }) => report?.status === 'applied')).toHaveLength(1);
    expect(await workspace.events()).toEqual(ALL);
    expect(await workspace.history()).toEqual(['STARTED', 'EXECUTED']);
    expect(await workspace.groups()).toEqual([]);
  });

  it('show nothing of a change that fails', async () => {
    const failed = await runInstance({ ...workspace.options, behaviour: 'throw:between the messages' });
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('told to fail');
    expect(await workspace.events()).toEqual([]);
    expect(await workspace.history()).toEqual(['STARTED', 'EXECUTION_FAILED', 'ROLLED_BACK']);
    expect((await runInstance(workspace.options)).report?.status).toBe('applied');
    expect(await workspace.events()).toEqual(ALL);
  });

  it.each([
    ['between its messages', { behaviour: 'kill:between the messages' }, RETRIED],
    ['before it sends the commit', { behaviour: 'kill:before the commit is sent' }, RETRIED],
    ['once Kafka has committed', { killBefore: 'EXECUTED' }, RECONCILED],
  ])('publish each event once where one is killed %s', async (_, how, history) => {
    expect((await runInstance({ ...workspace.impatient, ...how })).signal).toBe('SIGKILL');
    const next = await runInstance(workspace.options);
    expect(next.stderr).toBe('');
    expect(next.report?.status).toBe('applied');
    expect(await workspace.events()).toEqual(ALL);
    expect(await workspace.history()).toEqual(history);
    expect(await workspace.groups()).toEqual([]);
  });

  it('publish each event once where one is killed while its commit is on the way', async () => {
    const how = { behaviour: 'kill:after the commit is sent' };
    expect((await runInstance({ ...workspace.impatient, ...how })).signal).toBe('SIGKILL');
    const next = await runInstance(workspace.options);
    expect(next.stderr).toBe('');
    expect(await workspace.events()).toEqual(ALL);
    // Whether the broker had received it or not.
    expect([RECONCILED, RETRIED]).toContainEqual(await workspace.history());
  });

  it.each([
    ['between its messages', 'stop:between the messages', RETRIED],
    ['before it sends the commit', 'stop:before the commit is sent', RETRIED],
    ['before it hears of its commit', 'stop:after the commit is sent', RECONCILED],
  ])('publish each event once where one pauses past its lease %s', async (_, behaviour, history) => {
    // It stops itself, and not in the middle of a write to the one file that has the history.
    const paused = startInstance({ ...workspace.impatient, behaviour });
    await paused.stopped();
    const next = await runInstance(workspace.options);
    expect(next.stderr).toBe('');
    expect(next.report?.status).toBe('applied');
    paused.kill('SIGCONT');
    const exit = await paused.exit;
    expect(exit.code).toBe(1);
    expect(exit.stderr).toContain('Lost the lock');
    expect(await workspace.events()).toEqual(ALL);
    expect(await workspace.history()).toEqual(history);
  });
});
