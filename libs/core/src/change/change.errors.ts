import { FlamingockError } from '../errors/flamingock.error.js';
import { shown } from '../errors/option-names.js';

/** One thing that is wrong with the changes of an application. */
export interface ChangeFault {
  /** Class, method or stage. */
  readonly where: string;
  readonly problem: string;
  readonly remedy: string;
}

/** The changes of an application cannot be run as they are. Lists every fault at once. */
export class InvalidChangesError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_INVALID_CHANGES';

  constructor(readonly faults: readonly ChangeFault[]) {
    const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`;
    super(
      `Flamingock found ${count} in the changes of this application. Nothing was run.\n${faults.map(line).join('\n')}`,
    );
    this.hide('faults');
    this.dropFrames();
  }
}

function line({ where, problem, remedy }: ChangeFault, index: number): string {
  return `  ${index + 1}. ${where}: ${problem}\n     → ${remedy}`;
}

/** A method of a change returned something that does nothing until other code runs it, and no code would have. */
export class LazyResultError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_LAZY_RESULT';

  constructor(
    readonly changeId: string,
    readonly methodName: string,
    /** The class name of the returned value. */
    readonly returned: string,
    line: string,
  ) {
    super(
      `Change "${changeId}": ${methodName}() returned ${returned}, which does nothing until it is run, so the ` +
        `change is not done. Run it in the method: ${line}`,
    );
  }
}

/** A change reports a progress that is none. */
export class InvalidProgressError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_INVALID_PROGRESS';

  constructor(
    readonly changeId: string,
    /** The argument that makes no sense. */
    readonly argument: 'done' | 'total' | 'note',
    value: unknown,
  ) {
    const rule = argument === 'note' ? 'a text' : 'a number from 0';
    super(
      `Change "${changeId}" reports a progress whose ${argument} is ${typeof value === 'number' ? value : shown(value)}. ` +
        `It must be ${rule}: write context.progress(done, total, note), and leave out total or note where they are not known.`,
    );
  }
}
