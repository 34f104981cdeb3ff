import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';

interface AuditRow {
  readonly seq: number;
  readonly change_id: string;
  readonly state: string;
  readonly operation: string;
  readonly error: string | null;
}

/** Files of one test, and what is in them, read past the library. */
export class Workspace {
  private readonly folder = mkdtempSync(join(tmpdir(), 'flamingock-e2e-'));
  readonly audit = join(this.folder, 'audit.sqlite');
  readonly separateNotes = join(this.folder, 'notes.sqlite');
  readonly outbox = join(this.folder, 'outbox.txt');

  /** Options of a fixture whose notes share the audit store's database. */
  get shared() {
    return { audit: this.audit, notes: this.audit, outbox: this.outbox };
  }

  /** Options of a fixture whose notes have a database of their own. */
  get separate() {
    return { audit: this.audit, notes: this.separateNotes, outbox: this.outbox };
  }

  /** `change:STATE` of every entry, in order. */
  history(): string[] {
    return this.entries().map(({ change_id, state }) => `${change_id}:${state}`);
  }

  entries(): AuditRow[] {
    return this.query(this.audit, 'SELECT * FROM flamingock_audit_entries ORDER BY seq') as AuditRow[];
  }

  lock(): { token: number; expires_at: number } {
    return this.query(this.audit, 'SELECT * FROM flamingock_locks')[0] as {
      token: number;
      expires_at: number;
    };
  }

  notes(file = this.audit): string[] {
    return (this.query(file, 'SELECT text FROM note ORDER BY text') as { text: string }[]).map(
      ({ text }) => text,
    );
  }

  outboxLines(): string[] {
    return existsSync(this.outbox) ? readFileSync(this.outbox, 'utf8').trim().split('\n') : [];
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private query(file: string, sql: string): unknown[] {
    const database = new Database(file, { readonly: true });
    try {
      return database.prepare(sql).all();
    } finally {
      database.close();
    }
  }
}
