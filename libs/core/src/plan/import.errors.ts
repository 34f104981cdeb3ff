import { FlamingockError } from '../errors/flamingock.error.js';
import { listed } from '../errors/listed.js';
import type { PartlyReplacedChange } from './execution-plan.js';

/** Changes that replace several migrations of another tool, of which only some are applied: neither to run nor to skip. */
export class PartlyReplacedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_PARTLY_REPLACED';
  /** Each with the names that are not applied. */
  readonly changes: readonly { readonly changeId: string; readonly missing: readonly string[] }[];

  constructor(
    readonly service: string,
    partly: readonly PartlyReplacedChange[],
  ) {
    const lines = partly.map(
      ({ change, missing }) => `"${change.id}": not ${missing.map((name) => `"${name}"`).join(', ')}`,
    );
    super(
      `Changes of service "${service}" replace several migrations of another tool, and only some of these are ` +
        `imported as applied. Nothing was run.${listed(lines)}\n` +
        'Apply the rest with that tool and import again, or write two changes: one whose `replaces` names what is ' +
        'applied, and one for the rest.',
    );
    this.changes = partly.map(({ change, missing }) => ({ changeId: change.id, missing }));
    this.hide('changes');
  }
}

/** The history of another tool was not imported, and nothing was recorded. Lists every reason. */
export class ImportRefusedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_IMPORT_REFUSED';

  constructor(
    readonly tool: string,
    /** In words: `table "migrations" of schema "public" of database "shop"`. */
    readonly place: string,
    readonly faults: readonly string[],
  ) {
    super(`The history of ${tool} in ${place} was not imported, and nothing was recorded:${listed(faults)}`);
    this.hide('faults');
  }
}

/** An import cannot be taken back, and nothing was recorded. */
export class ImportUndoRefusedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_IMPORT_UNDO_REFUSED';

  constructor(
    readonly service: string,
    readonly why: string,
  ) {
    super(`No import of service "${service}" was taken back, and nothing was recorded: ${why}`);
    this.hide('why');
  }
}

/** Changes were not marked as applied, and nothing was recorded. Lists every reason. */
export class BaselineRefusedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_BASELINE_REFUSED';

  constructor(
    readonly service: string,
    /** The last change that was to be marked. */
    readonly to: string,
    readonly refusals: readonly string[],
  ) {
    super(
      `The changes of service "${service}" up to "${to}" were not marked as applied, and nothing was ` +
        `recorded:${listed(refusals)}`,
    );
    this.hide('refusals');
  }
}
