import { foreignFrames } from './frames.js';

/**
 * Base of every error that this library throws.
 *
 * A message says what went wrong, where, and what to do next; ids are fields of
 * the subclass, and the original failure is kept as `cause`.
 */
export abstract class FlamingockError extends Error {
  /** Tells the kind of error, as `FLAMINGOCK_LOCK_TIMEOUT`, also where a minifier renames its class; see `docs/errors.md`. */
  abstract readonly code: string;
  /** True where the same call may succeed a moment later: the engine repeats it for a bounded time. */
  readonly isTransient: boolean = false;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    // As that of other errors: what copies their fields, as MongoDB's driver does, must not copy it.
    this.hide('isTransient', 'name');
    // Node prints the line of code above an error that nobody catches, unless its stack was set: a line of a bundle. Nor
    // do frames of this library help who sees it: the message says what to do, and the others are where it was called.
    this.stack = `${this.name}: ${message}${foreignFrames(this.stack ?? '', message)}`;
  }

  /** Keeps a field that the message already tells out of what is printed for the error. */
  protected hide(...fields: (keyof this)[]): void {
    for (const field of fields) Object.defineProperty(this, field, { enumerable: false });
  }

  /** For faults of the application, not of a call: the stack would only show where the library found the fault. */
  protected dropFrames(): void {
    this.stack = `${this.name}: ${this.message}`;
  }
}

/** True for what repeating cannot help. What a driver throws may pass: it says nothing of the kind. */
export function isFinal(error: unknown): error is FlamingockError {
  return error instanceof FlamingockError && !error.isTransient;
}
