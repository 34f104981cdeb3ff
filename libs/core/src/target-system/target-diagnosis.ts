/** What a target system says of one of its errors, from what its driver put there. Nothing of it is a value of the change's data. */
export interface TargetDiagnosis {
  /** Code of the error, as the server or else the driver has it: `23505`, `1062`, `SQLITE_BUSY`, `11000`, `WRONGTYPE`. */
  readonly code?: string | undefined;
  /** What that code is called, where it is a number with a name: `ER_DUP_ENTRY`, `WriteConflict`. */
  readonly codeName?: string | undefined;
  /** SQLSTATE, where there is one. */
  readonly sqlState?: string | undefined;
  /** The constraint or unique index that was violated. */
  readonly constraint?: string | undefined;
  /** What it is about: a table, a collection, a topic. */
  readonly object?: string | undefined;
  /** What the driver says of repeating it, as MongoDB's labels do. */
  readonly labels?: string | undefined;
  /**
   * What was asked of the system and failed: the text of an SQL statement without its literals, the name of a command.
   * Never with parameters.
   */
  readonly statement?: string | undefined;
}

/** A fact as a text, where it is one or a number. For adapters, whose drivers put anything on their errors. */
export function factText(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
