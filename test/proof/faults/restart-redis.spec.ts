import { jest } from '@jest/globals';
import { ChangeFailedError } from '@nestjs-flamingock/core';
import { RedisWorkspace } from '../../apps/redis/redis-workspace.js';
import { describeOn } from '../../support/services/describe-on.js';
import { OwnServer } from '../../support/services/own-server.mjs';

jest.setTimeout(120_000);

await describeOn(['redis'], 'a Redis that is killed in the middle of a change, and started again', () => {
  let server: OwnServer;
  let workspace: RedisWorkspace;

  beforeEach(async () => {
    server = await OwnServer.start('redis');
    workspace = await RedisWorkspace.open(server.url, false);
  });
  afterEach(async () => {
    await workspace.remove();
    await server.remove();
  });

  it('has nothing of the change, or all of it, as the history says', async () => {
    const killed = workspace.boot(workspace.options, async () => {
      await server.kill();
      await server.startAgain();
    });
    const status = await killed.then(
      (report) => report.status,
      (error: unknown) => error,
    );
    const [count] = await workspace.effects();
    const history = await workspace.history();
    expect(count === '1').toBe(history.includes('warm-prices:EXECUTED'));
    if (status !== 'applied') expect(status).toBeInstanceOf(ChangeFailedError);
    await workspace.boot(workspace.options);
    expect(await workspace.effects()).toEqual(['1', '1', '1', '0', '1.00', null]);
  });
});
