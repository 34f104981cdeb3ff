import { FlamingockError } from '../errors/flamingock.error.js';
import { listed } from '../errors/listed.js';
import { renameCommand } from '../errors/commands.js';

/** Where an application is given this name: what to write, for a message. */
export function nameOption(service: string): string {
  return `FlamingockModule.forRoot({ service: '${service}' }) or FLAMINGOCK_SERVICE=${service}`;
}

/** The service was renamed, and its history goes on under the other name. */
export class ServiceRenamedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_SERVICE_RENAMED';

  constructor(
    readonly service: string,
    /** The name that it has now. */
    readonly to: string,
  ) {
    super(
      `Service "${service}" was renamed to "${to}": its history is closed and goes on there. Nothing was run or ` +
        `recorded. Give this application the new name: ${nameOption(to)}.`,
    );
  }
}

/** Not all of the history of a service that is renamed is there under the new name. */
export class RenameUnfinishedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_RENAME_UNFINISHED';

  constructor(
    /** The new name. */
    readonly service: string,
    /** The name that the service has had before. */
    readonly from: string,
  ) {
    super(
      `Service "${from}" is being renamed to "${service}", and not all of its history is there under the new name. ` +
        'Nothing was run or recorded. Where the command that renames it is not running any more, it was ' +
        `interrupted: run it again, then start again: ${renameCommand(from, service)}`,
    );
  }
}

/** A service was not renamed, and nothing was recorded. Lists every reason. */
export class RenameRefusedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_RENAME_REFUSED';

  constructor(
    readonly from: string,
    readonly to: string,
    readonly refusals: readonly string[],
  ) {
    super(`Service "${from}" was not renamed to "${to}", and nothing was recorded:${listed(refusals)}`);
    this.hide('refusals');
  }
}
