import { FlamingockError } from '@nestjs-flamingock/core';

/** `PRAGMA foreign_keys = …` in a transactional change, where SQLite ignores it without a word. */
export class ForeignKeysPragmaError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_FOREIGN_KEYS_PRAGMA';

  constructor(readonly changeId: string) {
    super(
      `PRAGMA foreign_keys has no effect inside the transaction of change "${changeId}". Leave it out: foreign ` +
        `keys are off while a change runs, and what refers to nothing at its end fails it. Where its statements ` +
        `need them on, declare the change "transactional: false" and begin it with ` +
        `await queryRunner.query('PRAGMA foreign_keys = ON').`,
    );
  }
}

/** At the end of a change on SQLite a row refers to one that is not there, and did not before. */
export class BrokenReferenceError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_BROKEN_REFERENCE';
  readonly table: string;
  /** `undefined` in a table without row ids. */
  readonly rowid: string | undefined;

  constructor(
    readonly changeId: string,
    { table, rowid }: { readonly table: string; readonly rowid: bigint | null },
    /** The foreign key, with the table that it refers to. */
    readonly constraint: string,
    others: number,
  ) {
    const row = rowid === null ? '' : ` (the row with rowid ${rowid})`;
    const more = others === 0 ? '' : `, and ${others} more`;
    super(
      `Change "${changeId}" leaves table "${table}"${row} with a reference to nothing: ${constraint}${more}. ` +
        `Foreign keys are off while a change runs, so that ON DELETE and ON UPDATE have no effect: write what ` +
        `they would have done into the change, such as DELETE FROM "${table}" WHERE … for rows whose parent it deletes.`,
    );
    this.table = table;
    this.rowid = rowid?.toString();
  }
}

/** Audit store and target system are in one SQLite file, and each has a connection of its own to it. */
export class SharedFileError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_SHARED_FILE';

  constructor(readonly targetSystem: string) {
    super(
      `Target system "${targetSystem}" and the audit store use two DataSources over the same SQLite file, where ` +
        `an open transaction of the one keeps the other from writing, the lock's renewal included. Give both the ` +
        `same DataSource: "dataSource" of typeOrmAuditStore and typeOrmTargetSystem.`,
    );
  }
}
