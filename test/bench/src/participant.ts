/** A database of its own for one run of one participant. */
export interface Database {
  readonly kind: DatabaseKind;
  /** Where it is; a path for SQLite. */
  readonly url: string;
  readonly name: string;
}

export type DatabaseKind = 'postgres' | 'mariadb' | 'sqlite' | 'mongodb';

/** What one process is to do. */
export interface Order {
  readonly database: Database;
  /** How many changes its code has; each inserts one row. */
  readonly changes: number;
  /** Which way of doing it, where a participant has several. */
  readonly variant?: string | undefined;
  /** An empty folder, for participants that read their changes from files. */
  readonly folder: string;
}

/** An order with its changes, in order. */
export interface Job extends Order {
  readonly inserts: readonly Insert[];
}

/** One change: the same for everybody. */
export interface Insert {
  /** Counted from 1. */
  readonly number: number;
  /** Sorts as the number does. */
  readonly id: string;
  readonly note: string;
  readonly statement: string;
}

/** Whoever is measured, connected and ready. */
export interface Participant {
  /** The work that is timed. What it gives back is reported. */
  apply(): Promise<unknown>;
  close(): Promise<unknown>;
}

/** A module in `participants` or `peers`. */
export interface ParticipantModule {
  /** Not timed: everything that an application does before it applies its changes. */
  open(job: Job): Promise<Participant>;
}

/** What a process says: it is ready, perhaps that it is stuck as ordered, then how it went. */
export type Message = 'ready' | 'stuck' | Outcome;

export interface Outcome {
  readonly ms: number;
  /** Time that the process itself was at work, in all its threads. */
  readonly cpuMs: number;
  readonly peakRssBytes: number;
  readonly details?: unknown;
}

/** The table that all changes insert into. */
export const TABLE = 'benchmark_rows';

/** An order's changes. */
export function insertsOf({ changes }: Pick<Order, 'changes'>): Insert[] {
  return Array.from({ length: changes }, (_, index) => insert(index + 1));
}

function insert(number: number): Insert {
  const note = `note ${number}`;
  return {
    number,
    id: `insert-row-${String(number).padStart(6, '0')}`,
    note,
    statement: `INSERT INTO ${TABLE} (id, note) VALUES (${number}, '${note}')`,
  };
}
