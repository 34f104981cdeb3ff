import { jest } from '@jest/globals';
import { ChangeFailedError, FlamingockError } from '@nestjs-flamingock/core';
import { boot, withApplication } from '../e2e/boot.js';
import type { FixtureOptions } from '../e2e/fixtures/app.module.js';
import { describeOn } from '../../support/services/describe-on.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { EventsWorkspace } from './events-workspace.js';

jest.setTimeout(120_000);

const ALL = ['one', 'three', 'two'];
/** Produce, by its key and version after the length. */
const PRODUCE = /^[^]{4}\x00\x00\x00\x07/; // eslint-disable-line no-control-regex
/** EndTxn that commits: its key and version after the length, and `true` at the end. */
const COMMIT = /^[^]{4}\x00\x1a\x00\x01[^]*\x01$/; // eslint-disable-line no-control-regex

await describeOn(['kafka'], 'events published on a line that fails', ({ kafka }) => {
  let workspace: EventsWorkspace;
  let proxy: TcpProxy;
  let options: FixtureOptions;

  beforeEach(async () => {
    workspace = await EventsWorkspace.open(kafka);
    const url = `kafka://${kafka}`;
    proxy = await TcpProxy.before(url);
    const port = Number(new URL(proxy.through(url)).port);
    const { events } = workspace.options;
    options = { ...workspace.options, ...(events && { events: { ...events, port } }) };
  });
  afterEach(async () => {
    await proxy.close();
    await workspace.remove();
  });

  /** Boots, and does `act` between the messages. */
  const bootWith = (act: () => void) =>
    boot({
      ...options,
      onReach: async (point) => {
        if (point === 'between the messages') act();
      },
    });

  it('publishes messages once whose confirmation was lost', async () => {
    const report = await bootWith(() => proxy.meet(PRODUCE, 'drop answer'));
    expect(proxy.isArmed).toBe(false);
    expect(report.status).toBe('applied');
    expect(await workspace.events()).toEqual(ALL);
  });

  it('finds out that a commit took effect whose answer was lost, and publishes nothing twice', async () => {
    const report = await bootWith(() => proxy.meet(COMMIT, 'drop answer'));
    expect(proxy.isArmed).toBe(false);
    expect(report.status).toBe('applied');
    expect(await workspace.events()).toEqual(ALL);
    expect(await workspace.history()).toEqual(['STARTED', 'EXECUTED']);
    expect(await workspace.groups()).toEqual([]);
  });

  it('finds out that a commit never arrived, and publishes at the next start', async () => {
    await expect(bootWith(() => proxy.meet(COMMIT, 'drop request'))).rejects.toBeInstanceOf(
      ChangeFailedError,
    );
    expect(proxy.isArmed).toBe(false);
    expect(await workspace.events()).toEqual([]);
    expect(await workspace.history()).toEqual(['STARTED', 'EXECUTION_FAILED', 'ROLLED_BACK']);
    expect((await boot(options)).status).toBe('applied');
    expect(await workspace.events()).toEqual(ALL);
  });

  it('waits for an answer that is late', async () => {
    const report = await bootWith(() => proxy.meet(COMMIT, { delayMs: 500 }));
    expect(report.status).toBe('applied');
    expect(await workspace.events()).toEqual(ALL);
  });

  it.each([
    ['in the middle of a change', PRODUCE],
    ['at its commit', COMMIT],
  ])('ends where Kafka is connected and says nothing, and publishes once: %s', async (_, request) => {
    const settings = { timeouts: { answerMs: 3_000, changeMs: 3_000, graceMs: 50 } };
    const onReach = async (point: string) => {
      if (point === 'between the messages') proxy.meet(request, 'hang');
    };
    const silent = withApplication({ ...options, settings, onReach }, (flamingock) =>
      flamingock.execute().finally(() => proxy.up()),
    );
    await expect(silent).rejects.toBeInstanceOf(FlamingockError);
    expect(proxy.isArmed).toBe(false);
    expect((await boot(options)).status).toBe('applied');
    expect(await workspace.events()).toEqual(ALL);
  });

  it('goes on in the same transaction after a short interruption', async () => {
    const report = await bootWith(() => {
      proxy.down();
      setTimeout(() => proxy.up(), 300);
    });
    expect(report.status).toBe('applied');
    expect(await workspace.events()).toEqual(ALL);
  });

  it('takes back what it had sent when Kafka stays away, and publishes at the next start', async () => {
    await expect(bootWith(() => proxy.down())).rejects.toThrow(/Kafka cannot be reached/);
    expect(await workspace.history()).toEqual(['STARTED', 'EXECUTION_FAILED', 'ROLLED_BACK']);
    proxy.up();
    expect((await boot(options)).status).toBe('applied');
    expect(await workspace.events()).toEqual(ALL);
  });

  it('runs nothing while Kafka is away, names its brokers, and publishes at the next start', async () => {
    proxy.down();
    const error: unknown = await boot(options).catch((reason: unknown) => reason);
    expect(String(error)).toMatch(new RegExp(`Kafka cannot be reached at ${kafka}`));
    expect(await workspace.history()).toEqual([]);
    proxy.up();
    expect((await boot(options)).status).toBe('applied');
    expect(await workspace.events()).toEqual(ALL);
  });
});
