/**
 * Base of every error that this library throws.
 *
 * A message says what went wrong, where, and what to do next; ids are fields of
 * the subclass, and the original failure is kept as `cause`.
 */
export abstract class FlamingockError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
