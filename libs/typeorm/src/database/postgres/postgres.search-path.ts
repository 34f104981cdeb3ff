import type { DataSource, QueryRunner } from 'typeorm';
import { name, sql, type Sql } from '../../sql/sql.js';
import type { SearchPath } from '../database.js';
import { inlined, postgresDialect } from './postgres.dialect.js';
import { sendSeveral } from './postgres.messages.js';
import type { Connected } from '../server.js';

/** `$user` in a search path is the role. */
const SESSION_START = ['SET LOCAL role TO DEFAULT', 'SET LOCAL search_path TO DEFAULT'];

/** PostgreSQL's `search_path`, resolved by the server: with roles, rights and schemas that are not there. */
export class PostgresSearchPath implements SearchPath {
  constructor(
    private readonly dataSource: DataSource,
    private readonly connected: Connected,
  ) {}

  async placeOf(table: string): Promise<string | undefined> {
    const [place] = await this.places(sql`SELECT s.name::pg_catalog.text AS place
FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) WITH ORDINALITY AS s (name, place)
WHERE NOT pg_catalog.starts_with(s.name::pg_catalog.text, 'pg_')
ORDER BY pg_catalog.to_regclass(pg_catalog.concat_ws('.', pg_catalog.quote_ident(s.name), pg_catalog.quote_ident(${table}))) IS NULL, s.place LIMIT 1`);
    return place;
  }

  async placesOf(table: string, service: string): Promise<string[]> {
    const readable = await this.places(sql`SELECT n.nspname::pg_catalog.text AS place
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = ${table} AND c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
AND EXISTS (SELECT 1 FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'service')
AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
ORDER BY n.nspname`);
    const begun: string[] = [];
    for (const place of readable) begun.push(...(await this.ifBegun(place, table, service)));
    return begun;
  }

  private async ifBegun(place: string, table: string, service: string): Promise<string[]> {
    try {
      return await this.places(
        sql`SELECT ${place}::pg_catalog.text AS place FROM ${name(place, table)} WHERE service = ${service}`,
      );
    } catch (error) {
      // Dropped meanwhile.
      if (postgresDialect.classifyError(error) === 'missing-table') return [];
      throw error;
    }
  }

  /**
   * Asks as in a session that has just begun, in spite of settings made on the connection since: the message
   * is one transaction, and its end restores the settings.
   */
  private places(query: Sql): Promise<string[]> {
    return this.connected(async (runner: QueryRunner) => {
      const answers = await sendSeveral(this.dataSource, runner, [...SESSION_START, inlined(query)]);
      return (answers.at(-1)?.rows ?? []).map(({ place }) => String(place));
    });
  }
}
