/** A migration that the history of another tool has as applied. */
export interface ForeignMigration {
  /** What that tool calls it, character by character. */
  readonly name: string;
  /** When it was applied, as that tool has written it; absent where it does not. */
  readonly appliedAt?: string;
  /** Absent where that tool keeps none. */
  readonly checksum?: string;
}

/** The history of another tool, as it was at one moment. */
export interface ForeignHistory {
  /** Where it is, in words: `table "migrations" of schema "public" of database "shop"`. */
  readonly place: string;
  /** In the order in which they were applied. */
  readonly migrations: readonly ForeignMigration[];
  /**
   * Why this history cannot be imported, one sentence each: it is not there, part of it cannot be read, a migration has
   * failed, the tool is at work. Each says which row, and what to do.
   */
  readonly faults: readonly string[];
}

/** Which history is read. */
export interface ForeignSource {
  /** One of {@link ForeignHistories.tools}. */
  readonly tool: string;
  /**
   * Name of its table or collection.
   *
   * @default the tool's own
   */
  readonly table?: string | undefined;
  /**
   * The schema that it is in, where there are schemas.
   *
   * @default where the target system's own connection finds it
   */
  readonly schema?: string | undefined;
}

/** Reads what other tools have recorded in a target system, on the connection that the target system has. */
export interface ForeignHistories {
  /** The tools whose history it reads. */
  readonly tools: readonly string[];

  /** The whole history, in one consistent read. Writes nothing. */
  read(source: ForeignSource): Promise<ForeignHistory>;
}
