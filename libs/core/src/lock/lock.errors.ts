import { FlamingockError } from '../flamingock.error.js';

/** A write was refused because a later holder of the lock has claimed what it wanted to write. */
export class FencedError extends FlamingockError {
  constructor(
    readonly service: string,
    readonly token: number,
    where: string,
  ) {
    super(
      `Token ${token} of service "${service}" may no longer write to ${where}: a later holder has taken over.`,
    );
  }
}
