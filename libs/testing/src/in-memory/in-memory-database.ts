import { randomUUID } from 'node:crypto';
import type { AuditEntry, LockRecord } from '@nestjs-flamingock/core';
import type { AuditHead, Marker, StoredRecord } from '@nestjs-flamingock/core/adapter';

/** A target system's fence. */
export interface InMemoryFence {
  /** The highest token that it has seen. */
  readonly token: number;
  /** Owner of that hold of the lock. */
  readonly owner: string;
  /** How often markers were read behind it: each read shuts out the transactions that are open then. */
  readonly reads: number;
}

/** What an {@link InMemoryDatabase} holds. Values are replaced, never changed in place. */
export interface InMemoryTables {
  /** By service. */
  readonly locks: Map<string, LockRecord>;
  /** By service. */
  readonly heads: Map<string, AuditHead>;
  /** By service, in order of `seq`. */
  readonly entries: Map<string, readonly AuditEntry[]>;
  /** By service, kind and key, as a JSON array. */
  readonly records: Map<string, StoredRecord>;
  /** By service. */
  readonly fences: Map<string, InMemoryFence>;
  /** By service, then by id of the change. */
  readonly markers: Map<string, ReadonlyMap<string, Marker>>;
  /** What changes read and write. */
  readonly rows: Map<string, unknown>;
}

/** Something to do with the tables at one instant. Throwing leaves them as they were. */
export type InMemoryStatement<T> = (tables: InMemoryTables) => T;

/**
 * The way to the database and back: awaited before a statement acts, and again before
 * its answer arrives. Rejecting loses the request or the answer, never resolving stands
 * for a process that died there.
 */
export type InMemoryNetwork = (statement: string, leg: 'request' | 'answer') => Promise<void>;

/** Settings of an {@link InMemoryDatabase}. */
export interface InMemoryDatabaseOptions {
  /**
   * The database's clock: milliseconds since 1970.
   *
   * @default Date.now
   */
  readonly now?: () => number;
  /** @default a network that loses nothing */
  readonly network?: InMemoryNetwork;
}

/** What runs statements: the database, one at a time, or one of its transactions. */
export interface InMemorySession {
  /** Answers a question about the tables. */
  read<T>(name: string, query: InMemoryStatement<T>): Promise<T>;
  /** Changes the tables. */
  write<T>(name: string, statement: InMemoryStatement<T>): Promise<T>;
}

/**
 * A database that lives as long as the process. Stores and target systems that are given
 * the same one share it, as instances of an application share theirs.
 */
export class InMemoryDatabase implements InMemorySession {
  /** The database's clock: milliseconds since 1970. */
  readonly now: () => number;
  /** The same however it is reached, and no other database's. */
  readonly name: string;
  private readonly network: InMemoryNetwork;
  private readonly disk: { tables: InMemoryTables };

  /** @param same Another view of the database to look at; {@link connect} is the way to get one. */
  constructor(options: InMemoryDatabaseOptions = {}, same?: InMemoryDatabase) {
    this.name = same?.name ?? randomUUID();
    this.now = options.now ?? same?.now ?? Date.now;
    this.network = options.network ?? (() => Promise.resolve());
    this.disk = same?.disk ?? { tables: emptyTables() };
  }

  /** The same database as another process reaches it, through a network of its own. */
  connect(network?: InMemoryNetwork): InMemoryDatabase {
    return new InMemoryDatabase(network ? { network } : {}, this);
  }

  /** Answers a question about what is committed; what `query` changes is forgotten. */
  async read<T>(name: string, query: InMemoryStatement<T>): Promise<T> {
    return this.send(name, () => query(this.snapshot()));
  }

  /** Runs `statement` as a transaction of its own: all of it, or nothing if it throws. */
  async write<T>(name: string, statement: InMemoryStatement<T>): Promise<T> {
    return this.send(name, () => {
      const draft = this.snapshot();
      const result = statement(draft);
      this.disk.tables = draft;
      return result;
    });
  }

  /** The tables as committed now, as copies that the caller may alter. */
  snapshot(): InMemoryTables {
    return copyOf(this.disk.tables);
  }

  /** Forgets what was committed since `tables` was asked for, as a database does that is restored from a backup. */
  restore(tables: InMemoryTables): void {
    this.disk.tables = copyOf(tables);
  }

  /** Takes `act`, which must not wait, to the database and brings back its result. */
  async send<T>(name: string, act: () => T): Promise<T> {
    await this.network(name, 'request');
    const result = act();
    await this.network(name, 'answer');
    return result;
  }
}

function emptyTables(): InMemoryTables {
  return {
    locks: new Map(),
    heads: new Map(),
    entries: new Map(),
    records: new Map(),
    fences: new Map(),
    markers: new Map(),
    rows: new Map(),
  };
}

/** Copies that the caller may alter. */
export function copyOf(tables: InMemoryTables): InMemoryTables {
  return {
    locks: new Map(tables.locks),
    heads: new Map(tables.heads),
    entries: new Map(tables.entries),
    records: new Map(tables.records),
    fences: new Map(tables.fences),
    markers: new Map(tables.markers),
    rows: new Map(tables.rows),
  };
}
