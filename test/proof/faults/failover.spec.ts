import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import { FlamingockService } from '@nestjs-flamingock/core';
import { Client } from 'pg';
import { fixtureModule, type FixtureOptions } from '../../apps/e2e/fixtures/app.module.js';
import { runInstance, startInstance } from '../../apps/e2e/fixture-process.js';
import { describeOn } from '../../support/services/describe-on.js';
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

  describe('under instances that are at work', () => {
    let folder: string;
    let options: FixtureOptions;
    const outbox = () => readFileSync(options.outbox, 'utf8').trim().split('\n');
    const published = () => outbox().filter((line) => line.startsWith('published')).length;

    /** Two databases that part after the first deployment, which has had token 1. */
    async function deployed(following: Following): Promise<void> {
      clients = [];
      pair = await PostgresPair.start(following);
      await (await connect()).query('CREATE TABLE note (value VARCHAR(20) NOT NULL)');
      folder = mkdtempSync(join(tmpdir(), 'flamingock-failover-'));
      options = {
        audit: { typeorm: { type: 'postgres', url: pair.url } },
        outbox: join(folder, 'outbox.txt'),
        settings: { lock: { leaseMs: 2_000 } },
      };
      expect(await runInstance({ ...options, changeCount: 1 })).toMatchObject({ code: 0, stderr: '' });
      writeFileSync(options.outbox, '');
      await pair.stopReceiving();
    }
    afterEach(() => rmSync(folder, { recursive: true }));

    it('leaves one holder of a token that is given out twice, and a whole history', async () => {
      await deployed('asynchronous');
      const forgotten = startInstance({ ...options, behaviour: 'hang:half of publish' });
      while (!outbox().some((line) => line.startsWith('hanging'))) await sleep(20);
      await pair.failOver();
      const next = await runInstance(options);
      expect(next).toMatchObject({ code: 0, stderr: '', report: { status: 'applied' } });
      expect((await forgotten.exit).stderr).toContain('Lost the lock');
      // What the forgotten holder did outside of any transaction before, nobody can take back.
      expect(published()).toBe(2);
      expect(await verified()).toEqual({ ok: true, token: 2 });
    });

    it('loses nothing that an instance was told of a synchronous one', async () => {
      await deployed('synchronous');
      const waiting = startInstance(options);
      const stuck = `SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep'`;
      while ((await pair.onPrimary<unknown[]>(stuck)).length === 0) await sleep(20);
      await pair.failOver();
      const next = await runInstance(options);
      expect(next).toMatchObject({ code: 0, stderr: '' });
      await waiting.exit;
      expect(published()).toBe(1);
      expect(await verified()).toMatchObject({ ok: true });
    });

    async function verified(): Promise<{ ok: boolean; token: number | undefined }> {
      const module = fixtureModule({ ...options, settings: { runAt: 'manual' } });
      const app = await NestFactory.createApplicationContext(module, { logger: false });
      try {
        const flamingock = app.get(FlamingockService);
        const { ok } = await flamingock.audit.verify();
        return { ok, token: (await flamingock.lock.status()).record?.token };
      } finally {
        await app.close();
      }
    }
  });
});
