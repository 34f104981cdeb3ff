import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { describeOn } from '../services/describe-on.js';
import { PostgresPair, type Following } from './postgres-pair.js';

await describeOn(['postgres'], 'a standby that takes the place of a PostgreSQL', () => {
  let pair: PostgresPair;
  let clients: Client[];
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.end()));
    await pair.remove();
  });

  async function start(following: Following): Promise<Client> {
    clients = [];
    pair = await PostgresPair.start(following);
    const client = await connect();
    await client.query('CREATE TABLE kept (word TEXT)');
    await client.query(`INSERT INTO kept VALUES ('before')`);
    await pair.stopReceiving();
    return client;
  }

  async function connect(): Promise<Client> {
    const client = new Client({ connectionString: pair.url });
    // A connection that is cut.
    client.on('error', () => undefined);
    clients.push(client);
    await client.connect();
    return client;
  }

  async function words(): Promise<string[]> {
    const { rows } = await (await connect()).query<{ word: string }>('SELECT word FROM kept');
    return rows.map(({ word }) => word);
  }

  it('has not what was committed after it stopped to receive', async () => {
    const client = await start('asynchronous');
    await client.query(`INSERT INTO kept VALUES ('after')`);
    expect(await words()).toEqual(['before', 'after']);
    await pair.failOver();
    expect(await words()).toEqual(['before']);
  });

  it('has all that was acknowledged when it is synchronous', async () => {
    const client = await start('synchronous');
    const late = client.query(`INSERT INTO kept VALUES ('after')`).catch((error: unknown) => error);
    const waiting = `SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep'`;
    while ((await pair.onPrimary<unknown[]>(waiting)).length === 0) await sleep(20);
    await pair.failOver();
    expect(await late).toBeInstanceOf(Error);
    expect(await words()).toEqual(['before']);
  });
});
