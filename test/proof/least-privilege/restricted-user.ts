import { randomBytes } from 'node:crypto';
import { createTableStatements } from '@nestjs-flamingock/typeorm';
import type { DatabaseOptions } from '../../support/fixtures/database.js';
import type { SqlDatabase } from '../../support/sql-database.js';
import type { CreateDatabase } from '../../support/test-database.js';

/** What the documentation says that a user needs, table by table. */
export const RIGHTS: Readonly<Record<string, readonly string[]>> = {
  flamingock_audit_entries: ['SELECT', 'INSERT'],
  flamingock_audit_heads: ['SELECT', 'INSERT', 'UPDATE'],
  flamingock_locks: ['SELECT', 'INSERT', 'UPDATE'],
  flamingock_records: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  flamingock_fences: ['SELECT', 'INSERT', 'UPDATE'],
  flamingock_markers: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
};

/** A database with our tables, and a user of it who has no rights but those. */
export class RestrictedDatabase {
  private constructor(
    /** As its owner sees it. */
    readonly owner: SqlDatabase,
    /** As the user reaches it. */
    readonly options: DatabaseOptions,
    private readonly user: string,
  ) {}

  static async open(create: CreateDatabase<SqlDatabase>): Promise<RestrictedDatabase> {
    const owner = await create();
    const { connection } = owner;
    const [name, password] = [`limited_${randomBytes(6).toString('hex')}`, randomBytes(12).toString('hex')];
    const { auditStore, targetSystem } = createTableStatements(connection);
    for (const statement of [...auditStore, ...targetSystem]) await connection.query(statement);
    await owner.createPlace('note');
    const isPostgres = connection.options.type === 'postgres';
    await connection.query(
      isPostgres
        ? `CREATE USER ${name} PASSWORD '${password}'`
        : `CREATE USER ${name} IDENTIFIED BY '${password}'`,
    );
    const as = (url: string) => Object.assign(new URL(url), { username: name, password }).href;
    const database = new RestrictedDatabase(owner, owner.at(as), name);
    for (const [table, rights] of Object.entries(RIGHTS)) await database.grant(rights.join(), table);
    // What the changes of the fixture do.
    await database.grant('INSERT', 'note');
    return database;
  }

  async grant(rights: string, table: string): Promise<void> {
    await this.owner.connection.query(`GRANT ${rights} ON ${table} TO ${this.user}`);
  }

  async revoke(right: string, table: string): Promise<void> {
    await this.owner.connection.query(`REVOKE ${right} ON ${table} FROM ${this.user}`);
  }

  /** Leaves the tables as they were created. */
  async empty(): Promise<void> {
    for (const table of [...Object.keys(RIGHTS), 'note'])
      await this.owner.connection.query(`DELETE FROM ${table}`);
  }

  async remove(): Promise<void> {
    const { connection } = this.owner;
    if (connection.options.type === 'postgres') await connection.query(`DROP OWNED BY ${this.user}`);
    await connection.query(`DROP USER ${this.user}`);
    await this.owner.drop();
  }
}
