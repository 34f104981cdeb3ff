import type { NotesOptions } from '../apps/e2e/fixtures/notes.js';
import type { DatabaseOptions } from './fixtures/database.js';

/** What the audit store has of an entry, as far as tests look at it. */
export interface StoredEntry {
  readonly changeId: string;
  readonly state: string;
  readonly operation: string;
  readonly error: string | null;
  readonly createdAt: string;
  readonly metadata: string;
}

/** What the changes of one suite alter, looked at past the library. */
export interface TestTarget {
  readonly options: NotesOptions;
  /** Makes a place that values can be put into, any of them more than once. */
  createPlace(place: string): Promise<void>;
  /** Every value in a place, in order. */
  values(place: string): Promise<string[]>;
  drop(): Promise<void>;
}

/** A database of one suite's own, looked at past the library. */
export interface TestDatabase extends TestTarget {
  readonly options: DatabaseOptions;
  /** The same database where its server's URL is another one. */
  readonly at: (change: (url: string) => string) => DatabaseOptions;
  /** True where an open transaction keeps everybody else from writing. */
  readonly hasOneWriter: boolean;
  /** The history, where the names begin with `prefix`; empty where nothing was ever prepared. */
  entries(prefix: string): Promise<StoredEntry[]>;
  /** The one lock; `isFree` once its holder has given it back. */
  lock(): Promise<{ readonly token: number; readonly isFree: boolean }>;
  /** Has the lease of whoever holds the lock end now. */
  endLease(): Promise<void>;
}

/** Makes an empty database on a server, or a file. */
export type CreateDatabase<T extends TestDatabase = TestDatabase> = () => Promise<T>;

/** Makes an empty place for what changes alter. */
export type CreateTarget<T extends TestTarget = TestTarget> = () => Promise<T>;
