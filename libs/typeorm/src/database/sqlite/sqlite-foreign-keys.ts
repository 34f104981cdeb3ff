import { overrideMethod } from '@nestjs-flamingock/core/adapter';
import type { QueryRunner } from 'typeorm';
import { BrokenReferenceError } from '../../sqlite.errors.js';
import { addedReferences, SqliteReferences, type BrokenReference } from './sqlite-broken-references.js';
import { set, settingOf, type SqliteHandle } from './sqlite-handle.js';

/** The time in which the foreign keys are off for one change. */
export interface ForeignKeysOff {
  /** @throws BrokenReferenceError for a reference that was not broken when this time began. */
  assertKept(changeId: string): void;

  /** Makes them what they were, unless another change still has them off. */
  end(): void;
}

/**
 * The foreign keys of a connection, which are off while a change runs, as they are in a
 * migration of TypeORM: its schema builder copies a table and drops the old one, and the
 * drop would first delete or alter the rows that refer to it.
 */
export class SqliteForeignKeys {
  private readonly references: SqliteReferences;
  private changes = 0;
  private wereOn = false;
  private unhook: (() => void) | undefined;

  constructor(
    readonly handle: SqliteHandle,
    private readonly runner: QueryRunner,
  ) {
    this.references = new SqliteReferences(handle);
  }

  /**
   * Turns them off outside any transaction, in which that has no effect, and calls `begin`.
   * Where the application has them off itself, references are not looked at.
   */
  turnOff(begin: () => void = () => undefined): ForeignKeysOff {
    this.enter();
    try {
      begin();
      const before = this.broken();
      return {
        assertKept: (changeId) => this.assertNoneBut(before, changeId),
        end: () => this.leave(),
      };
    } catch (error) {
      if (this.handle.inTransaction) this.handle.exec('ROLLBACK');
      this.leave();
      throw error;
    }
  }

  private enter(): void {
    if (this.changes === 0) {
      this.wereOn = settingOf(this.handle, 'foreign_keys') === 1;
      // By this TypeORM turns them on at the end of a synchronization, which may be part of a change.
      this.unhook = overrideMethod(this.runner, 'afterMigration', () => async () => undefined);
      this.set(false);
    }
    this.changes += 1;
  }

  private leave(): void {
    this.changes -= 1;
    if (this.changes > 0) return;
    this.unhook?.();
    if (this.handle.open) this.set(this.wereOn);
  }

  private set(on: boolean): void {
    set(this.handle, 'foreign_keys', on ? 1 : 0);
  }

  private broken(): BrokenReference[] {
    return this.wereOn ? this.references.broken() : [];
  }

  private assertNoneBut(before: readonly BrokenReference[], changeId: string): void {
    const [first, ...others] = addedReferences(before, this.broken());
    if (!first) return;
    throw new BrokenReferenceError(changeId, first, this.references.constraintOf(first), others.length);
  }
}
