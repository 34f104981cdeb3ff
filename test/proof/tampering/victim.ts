import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  FlamingockService,
  type AuditEntry,
  type AuditVerification,
  type AuditVerifyRequest,
  type ExecutionReport,
} from '@nestjs-flamingock/core';
import { entryHash } from '@nestjs-flamingock/core/adapter';
import { fixtureModule } from '../../apps/e2e/fixtures/app.module.js';
import { Workspace } from '../../apps/e2e/workspace.js';
import type { CreateDatabase, TestDatabase } from '../../support/test-database.js';
import type { HistoryAccess, Stored, StoredHistory } from './stored-history.js';

/** What somebody does to a history. */
export type Tampering = (history: StoredHistory) => StoredHistory;

/**
 * An application with a history of ten entries, which is unchanged at the beginning
 * of each tampering. Among them are errors, and an entry of an operator.
 */
export class Victim<T extends TestDatabase = TestDatabase> {
  private constructor(
    readonly workspace: Workspace<T>,
    private readonly app: INestApplicationContext,
    readonly access: HistoryAccess,
    /** What the database has. */
    readonly written: StoredHistory,
    /** What the library reads. */
    readonly entries: readonly AuditEntry[],
  ) {}

  static async open<T extends TestDatabase>(
    create: CreateDatabase<T>,
    accessTo: (database: T) => HistoryAccess,
  ): Promise<Victim<T>> {
    const workspace = await Workspace.open(create);
    let isBroken = true;
    const onReach = (point: string): Promise<void> =>
      isBroken && point.endsWith('publish') ? Promise.reject(new Error(`no ${point}`)) : Promise.resolve();
    const module = fixtureModule({ ...workspace.options, onReach, settings: { runAt: 'manual' } });
    const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
    const flamingock = app.get(FlamingockService);
    await flamingock.execute().catch(() => (isBroken = false));
    await flamingock.audit.fix({ changeId: 'publish' }, { actor: 'ann', reason: 'it is out' });
    await flamingock.execute();
    const access = accessTo(workspace.audit);
    const entries: AuditEntry[] = [];
    for await (const entry of flamingock.audit.export()) entries.push(entry);
    return new Victim(workspace, app, access, await access.read(), entries);
  }

  /** What a verification says after somebody has done this to the unchanged history. */
  async after(tampering: Tampering, request?: AuditVerifyRequest): Promise<AuditVerification> {
    await this.access.write(tampering(this.written));
    return this.flamingock.audit.verify(request);
  }

  /** What the next start does. */
  start(): Promise<ExecutionReport> {
    return this.flamingock.execute();
  }

  /** The entry that stands last. */
  get last(): AuditEntry {
    return this.entries.at(-1)!;
  }

  /** The names of everything that an entry, or the head, has. */
  namesIn(of: 'entries' | 'head'): string[] {
    return Object.keys((of === 'head' ? this.written.head : this.written.entries[0]) ?? {});
  }

  /** Fields of the entry as the database has them, with which the entry has this content and its hash. */
  forged(content: AuditEntry): Stored {
    const { changeId, prevHash } = this.access.names;
    const { author, state, seq } = content;
    const hash = entryHash(content);
    return { author, state, seq, [changeId]: content.changeId, [prevHash]: content.prevHash, hash };
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.workspace.remove();
  }

  private get flamingock(): FlamingockService {
    return this.app.get(FlamingockService);
  }
}

/** Edits the entry that was written at this place. */
export function editEntry(seq: number, fields: Stored): Tampering {
  return ({ entries, head }) => ({
    head,
    entries: entries.map((entry) => (Number(entry['seq']) === seq ? { ...entry, ...fields } : entry)),
  });
}

/** Edits the head. */
export function editHead(fields: Stored): Tampering {
  return ({ entries, head }) => ({ entries, head: { ...head, ...fields } });
}

/** Removes the entries of these places. */
export function remove(...seqs: number[]): Tampering {
  return ({ entries, head }) => ({
    head,
    entries: entries.filter((entry) => !seqs.includes(Number(entry['seq']))),
  });
}

/** Puts a copy of an entry in, with these fields. */
export function putIn(seq: number, fields: Stored): Tampering {
  return ({ entries, head }) => ({
    head,
    entries: [...entries, { ...entries[seq - 1], ...fields }],
  });
}

/** One after the other. */
export function all(...tamperings: Tampering[]): Tampering {
  return (history) => tamperings.reduce((now, tampering) => tampering(now), history);
}
