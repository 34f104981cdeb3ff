import type { RedisConnection } from '../connection/redis-connection.js';
import type { CommandTable } from '../connection/command-table.js';
import type { RedisSettings } from '../redis.options.js';

/** Why a server cannot keep markers, with the remedy; undefined if it can. */
export async function objectionTo(
  connection: RedisConnection,
  table: CommandTable,
  { waitAof }: RedisSettings,
): Promise<string | undefined> {
  if (waitAof && !table.has('waitaof')) {
    return 'waitAof needs Redis 7.2 or later, and this server has no WAITAOF. Use waitReplicas, or a later server.';
  }
  const info = parse(await connection.call('INFO').catch(() => ''));
  if (info.get('role') === 'slave') {
    return 'this server is a read-only replica. Connect the client to the primary.';
  }
  const policy = info.get('maxmemory_policy') ?? '';
  if (policy.startsWith('allkeys') && info.get('maxmemory') !== '0') {
    return (
      `this server evicts any key when memory runs short (maxmemory-policy ${policy}), the proof of a change too. ` +
      'Set maxmemory-policy to noeviction or one of volatile-*, or declare its changes transactional: false.'
    );
  }
  return undefined;
}

/** What it is and its version: those who are not Redis itself say which Redis they are like, too. */
export async function versionOf(connection: RedisConnection): Promise<string | undefined> {
  const info = parse(await connection.call('INFO', ['server']));
  return info.get('valkey_version') ?? info.get('redis_version');
}

function parse(info: unknown): ReadonlyMap<string, string> {
  const lines = String(info).split(/\r?\n/);
  return new Map(lines.map((line) => line.split(/:(.*)/s, 2) as [string, string]));
}
