import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { OwnServer } from '../../support/services/own-server.mjs';
import { TcpProxy } from '../../support/tcp-proxy.js';

/** How a standby follows: with a synchronous one, a commit is acknowledged once the standby has it on disk. */
export type Following = 'asynchronous' | 'synchronous';

/** A PostgreSQL with a standby that can take its place, behind one address. */
export class PostgresPair {
  private constructor(
    private readonly primary: OwnServer,
    private readonly standby: OwnServer,
    private readonly proxy: TcpProxy,
  ) {}

  static async start(following: Following): Promise<PostgresPair> {
    const primary = await OwnServer.start('postgres');
    const standby = await OwnServer.standbyOf(primary);
    const pair = new PostgresPair(primary, standby, await TcpProxy.before(primary.url));
    if (following === 'synchronous') await pair.waitForStandby();
    return pair;
  }

  /** The address of the one that serves. */
  get url(): string {
    return this.proxy.through(this.primary.url);
  }

  /** What is committed before reaches the standby, and nothing after. */
  async stopReceiving(): Promise<void> {
    const [{ lsn }] = await this.onPrimary<[{ lsn: string }]>('SELECT pg_current_wal_flush_lsn() AS lsn');
    await until(this.standby, `pg_last_wal_replay_lsn() >= '${lsn}'`);
    await ask(this.standby, `ALTER SYSTEM SET primary_conninfo = ''`);
    await ask(this.standby, 'SELECT pg_reload_conf()');
    await until(this.standby, 'NOT EXISTS (SELECT FROM pg_stat_wal_receiver)');
  }

  /** Kills the primary, and puts the standby in its place. */
  async failOver(): Promise<void> {
    await this.primary.kill();
    this.proxy.down();
    await ask(this.standby, 'SELECT pg_promote()');
    this.proxy.pointTo(this.standby.url);
    this.proxy.up();
  }

  /** Asks the primary past the proxy. */
  onPrimary<Rows>(sql: string): Promise<Rows> {
    return ask(this.primary, sql);
  }

  async remove(): Promise<void> {
    await this.proxy.close();
    await Promise.all([this.primary.remove(), this.standby.remove()]);
  }

  private async waitForStandby(): Promise<void> {
    await this.onPrimary(`ALTER SYSTEM SET synchronous_standby_names = '*'`);
    await this.onPrimary('SELECT pg_reload_conf()');
    await until(this.primary, `EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync')`);
  }
}

/** Waits until a condition holds on a server. */
async function until(server: OwnServer, condition: string): Promise<void> {
  for (;;) {
    const [{ holds }] = await ask<[{ holds: boolean }]>(server, `SELECT ${condition} AS holds`);
    if (holds) return;
    await sleep(20);
  }
}

async function ask<Rows>({ url }: OwnServer, sql: string): Promise<Rows> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Rows;
  } finally {
    await client.end();
  }
}
