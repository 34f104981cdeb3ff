import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CreateDatabase, TestDatabase } from '../support/test-database.js';
import type { FixtureOptions } from './fixture/app.module.js';

interface AuditRow {
  readonly seq: number;
  readonly change_id: string;
  readonly state: string;
  readonly operation: string;
  readonly error: string | null;
  readonly created_at: string;
}

/** Databases and files of one test, and what is in them, read past the library. */
export class Workspace {
  private readonly folder = mkdtempSync(join(tmpdir(), 'flamingock-e2e-'));
  private readonly outbox = join(this.folder, 'outbox.txt');

  private constructor(
    readonly audit: TestDatabase,
    readonly target: TestDatabase,
  ) {}

  /** `createTarget`: where the notes are kept, if not in the audit store's own database. */
  static async open(createAudit: CreateDatabase, createTarget?: CreateDatabase): Promise<Workspace> {
    const audit = await createAudit();
    const workspace = new Workspace(audit, (await createTarget?.()) ?? audit);
    await workspace.target.connection.query('CREATE TABLE note (text VARCHAR(20) NOT NULL)');
    return workspace;
  }

  /** What a fixture is told, so that it works here. */
  get options(): FixtureOptions {
    const separate = this.target !== this.audit;
    return {
      audit: this.audit.options,
      ...(separate && { notes: this.target.options }),
      outbox: this.outbox,
    };
  }

  /** `change:STATE` of every entry, in order. */
  async history(): Promise<string[]> {
    return (await this.entries()).map(({ change_id, state }) => `${change_id}:${state}`);
  }

  async entries(): Promise<AuditRow[]> {
    return this.audit.connection.query('SELECT * FROM flamingock_audit_entries ORDER BY seq');
  }

  async lock(): Promise<{ token: number; expires_at: number }> {
    const { connection } = this.audit;
    const [row] = await connection.query<Record<string, unknown>[]>('SELECT * FROM flamingock_locks');
    return { token: Number(row?.['token']), expires_at: Number(row?.['expires_at']) };
  }

  async notes(): Promise<string[]> {
    const { connection } = this.target;
    const rows = await connection.query<{ text: string }[]>('SELECT text FROM note ORDER BY text');
    return rows.map(({ text }) => text);
  }

  outboxLines(): string[] {
    return existsSync(this.outbox) ? readFileSync(this.outbox, 'utf8').trim().split('\n') : [];
  }

  async remove(): Promise<void> {
    if (this.target !== this.audit) await this.target.drop();
    await this.audit.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
