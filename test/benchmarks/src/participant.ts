/** A database of its own for one run of one participant. */
export interface Database {
  readonly kind: DatabaseKind;
  /** Where it is; a path for SQLite. */
  readonly url: string;
  readonly name: string;
}

export type DatabaseKind = 'postgres' | 'mariadb' | 'sqlite' | 'mongodb';

/** What one process is to do. */
export interface Job {
  readonly database: Database;
  /** How many changes its code has; each inserts one row. */
  readonly changes: number;
  /** Which way of doing it, where a participant has several. */
  readonly variant?: string | undefined;
  /** A folder for participants that read their changes from files. */
  readonly folder: string;
}

/** Whoever is measured, connected and ready. */
export interface Participant {
  /** The work that is timed. What it gives back is reported. */
  apply(): Promise<unknown>;
  close(): Promise<void>;
}

/** A module in `participants` or `peers`. */
export interface ParticipantModule {
  /** Not timed: everything that an application does before it applies its changes. */
  open(job: Job): Promise<Participant>;
}

/** What a process says: it is ready, then how it went. */
export type Message = 'ready' | Outcome;

export interface Outcome {
  readonly ms: number;
  /** Time that the process itself was at work, in all its threads. */
  readonly cpuMs: number;
  readonly peakRssBytes: number;
  readonly details?: unknown;
}

/** The table that all changes insert into. */
export const TABLE = 'benchmark_rows';

/** The statement of the change with this number, the same for everybody. */
export function insertStatement(number: number): string {
  return `INSERT INTO ${TABLE} (id, note) VALUES (${number}, 'note ${number}')`;
}

/** Numbers of the changes of a job. */
export function changeNumbers({ changes }: Pick<Job, 'changes'>): number[] {
  return Array.from({ length: changes }, (_, index) => index + 1);
}

/** A number as names of files and changes carry it, so that they sort. */
export function padded(number: number): string {
  return String(number).padStart(6, '0');
}
