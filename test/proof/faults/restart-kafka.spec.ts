import { jest } from '@jest/globals';
import { FlamingockError } from '@nestjs-flamingock/core';
import { boot } from '../../apps/e2e/boot.js';
import { EventsWorkspace } from '../../apps/kafka/events-workspace.js';
import { describeOn } from '../../support/services/describe-on.js';
import { OwnServer } from '../../support/services/own-server.mjs';
import { chooser } from './extent.js';

jest.setTimeout(240_000);

const chosen = chooser(2);

await describeOn(['kafka'], 'a Kafka that is killed in the middle of a change', () => {
  let server: OwnServer;
  let workspace: EventsWorkspace;

  beforeEach(async () => {
    server = await OwnServer.start('kafka');
    workspace = await EventsWorkspace.open(server.url);
  });
  afterEach(async () => {
    await workspace.remove();
    await server.remove();
  });

  it.each(
    chosen([
      ['started again at once', true],
      ['away until the start has ended', false],
    ] as const),
  )('has all messages of the change or none, as the history says: %s', async (_, atOnce) => {
    const end = await boot({
      ...workspace.options,
      onReach: async (point) => {
        if (point !== 'between the messages') return;
        await server.kill();
        if (atOnce) await server.startAgain();
      },
    }).then(
      ({ status }) => status,
      (error: unknown) => error,
    );
    if (!atOnce) await server.startAgain();
    if (end !== 'applied') expect(end).toBeInstanceOf(FlamingockError);
    const isApplied = (await workspace.history()).at(-1) === 'EXECUTED';
    expect(await workspace.events()).toEqual(isApplied ? ['one', 'three', 'two'] : []);
    await boot(workspace.options);
    expect(await workspace.events()).toEqual(['one', 'three', 'two']);
    expect(await workspace.groups()).toEqual([]);
  });
});
