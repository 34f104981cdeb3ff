import type { ForeignMigration } from '@nestjs-flamingock/core/adapter';
import type { mongo } from 'mongoose';

/** What the documents of another tool's collection say. */
export interface ToolHistory {
  readonly migrations: readonly ForeignMigration[];
  readonly faults: readonly string[];
}

/** The collection in which another tool keeps its history. */
export interface ForeignTool {
  /** Its name, unless the operator says another. */
  readonly collection: string;
  /** Its documents in the order in which the migrations were applied. */
  readonly sort: mongo.Sort;
  /** A document of this collection that the query finds says that the tool is at work, or was cut off. */
  readonly lock: { readonly collection: string; readonly query: mongo.Filter<mongo.BSON.Document> };
  /** Reads the documents, in order. */
  readonly read: (documents: readonly mongo.BSON.Document[]) => ToolHistory;
}

/** Every tool by the name that the operator types. */
export const FOREIGN_TOOLS: Readonly<Record<string, ForeignTool>> = {
  'migrate-mongo': {
    collection: 'changelog',
    sort: { appliedAt: 1, _id: 1 },
    lock: { collection: 'changelog_lock', query: {} },
    read: readMigrateMongo,
  },
  mongock: {
    collection: 'mongockChangeLog',
    sort: { timestamp: 1, _id: 1 },
    lock: {
      collection: 'mongockLock',
      query: { status: 'LOCK_HELD' },
    },
    read: readMongock,
  },
};

function readMigrateMongo(documents: readonly mongo.BSON.Document[]): ToolHistory {
  return {
    migrations: documents.map((one) => ({
      name: textOf(one['fileName']) ?? '',
      ...told('appliedAt', one['appliedAt']),
      ...told('checksum', one['fileHash']),
    })),
    faults: nameless(documents, 'fileName'),
  };
}

/** Mongock's own changes, and what it calls before each, are none of the application's. */
function readMongock(documents: readonly mongo.BSON.Document[]): ToolHistory {
  const faults = nameless(documents, 'changeId');
  const last = new Map<string, mongo.BSON.Document>();
  for (const one of documents) {
    const isOwn = one['systemChange'] === true || one['type'] === 'BEFORE_EXECUTION';
    // What was executed before was left out again, and that is recorded, too.
    const id = isOwn || one['state'] === 'IGNORED' ? undefined : textOf(one['changeId']);
    if (id !== undefined) last.set(id, one);
  }
  const migrations: ForeignMigration[] = [];
  for (const [name, { state, timestamp }] of last) {
    if (state === 'EXECUTED') migrations.push({ name, ...told('appliedAt', timestamp) });
    else
      faults.push(
        `"${name}" is in state ${textOf(state) ?? 'unknown'}. Let mongock execute it, or delete its document.`,
      );
  }
  return { migrations, faults };
}

function told(fact: 'appliedAt' | 'checksum', value: unknown) {
  const text = textOf(value);
  return text === undefined ? {} : { [fact]: text };
}

function textOf(value: unknown): string | undefined {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function nameless(documents: readonly mongo.BSON.Document[], field: string): string[] {
  const count = documents.filter((one) => (textOf(one[field]) ?? '').trim() === '').length;
  if (count === 0) return [];
  return [
    `${count === 1 ? 'A document has' : `${count} documents have`} no ${field}, so that only part of it can be read.`,
  ];
}
