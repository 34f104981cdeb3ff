import { FlamingockError } from '@nestjs-flamingock/core';
import { messageOf } from './dialect/driver-error.js';

/** The DataSource is not open, so that nothing can be read, run or recorded. */
export class DataSourceClosedError extends FlamingockError {
  constructor() {
    super(
      `The DataSource is closed, or was never initialized. Whoever runs changes needs it until the run has ended: ` +
        `take dataSource.destroy() out of the change, or close the application only after its start; then start again.`,
    );
  }
}

/** A table of ours that this run has used before is not there any more. */
export class TablesDroppedError extends FlamingockError {
  constructor(cause: unknown) {
    super(
      `A table that this run has used before is gone (${messageOf(cause)}): a change has dropped it, by a statement or ` +
        `by dataSource.dropDatabase() or synchronize(true), or somebody else has. Have the change leave the tables ` +
        `that docs/sql.md lists under "Tables" alone, restore them from a backup if they are gone, and start again.`,
      { cause },
    );
  }
}
