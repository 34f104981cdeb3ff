import { FlamingockError } from '@nestjs-flamingock/core';
import { describeError } from './output/describe-error.js';

/** The command was used wrongly. Nothing was done. */
export class UsageError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_USAGE';
}

/** @throws UsageError with all of them, where there are any. */
export function refuse(faults: readonly string[]): void {
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
}

/** No option or file says where the application is. */
export class NoModuleError extends UsageError {
  override readonly code: string = 'FLAMINGOCK_NO_MODULE';

  constructor() {
    super(
      'Which application? Name the file that exports its root module, compiled: ' +
        'flamingock --module dist/app.module.js#AppModule, or once for all in package.json: ' +
        '"flamingock": { "module": "dist/app.module.js#AppModule" }.',
    );
  }
}

/** The file or its export is not there. */
export class ModuleNotFoundError extends UsageError {
  override readonly code: string = 'FLAMINGOCK_MODULE_NOT_FOUND';

  constructor(
    readonly reference: string,
    problem: string,
  ) {
    super(`The root module ${JSON.stringify(reference)} cannot be used: ${problem}`);
  }
}

/** The file is there and cannot be loaded. */
export class ModuleLoadError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_MODULE_LOAD';

  constructor(
    readonly file: string,
    cause: unknown,
    remedy = '',
  ) {
    super(`${file} could not be loaded: ${describeError(cause)}${remedy}`, { cause });
  }
}

/** The module is there, and Flamingock is not in it. */
export class NoFlamingockError extends UsageError {
  override readonly code: string = 'FLAMINGOCK_NO_FLAMINGOCK';

  constructor(readonly reference: string) {
    super(
      `The module ${reference} does not import FlamingockModule.forRoot or forRootAsync. If it does, the ` +
        'command comes with another copy of @nestjs-flamingock/core: install @nestjs-flamingock/cli beside it.',
    );
  }
}

/** Nest could not start the application. */
export class ApplicationStartError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_APPLICATION_START';

  constructor(
    readonly reference: string,
    cause: unknown,
  ) {
    super(`The application ${reference} could not be started: ${describeError(cause)}`, { cause });
  }
}

/** Sources could not be added to. Nothing was written. */
export class SourcesError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_SOURCES';

  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

/** A file could not be written. */
export class OutputFileError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_OUTPUT_FILE';

  constructor(
    readonly file: string,
    cause: unknown,
  ) {
    super(`${file} could not be written: ${describeError(cause)}`, { cause });
  }
}
