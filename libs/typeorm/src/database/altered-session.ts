import type { SessionEffect } from '../sql/session-effect.js';

/** Makes a session what it was, to the end of the transaction; what altered it had that effect. */
export type PutRight = (effect: SessionEffect) => Promise<unknown>;

/** The session of a change's connection, which the change may alter. */
export class AlteredSession {
  private effect: SessionEffect = 'none';
  private putRight: PutRight | undefined;

  /** `remember` takes note of the session, for the way back to it. */
  constructor(private readonly remember: () => Promise<PutRight>) {}

  /** True once the connection is not as the pool gave it, and will not be. */
  get isSpoilt(): boolean {
    return this.effect === 'lasting';
  }

  /** Says what a statement that is to be run may do to it. */
  expect(effect: SessionEffect): void {
    if (effect !== 'none' && !this.isSpoilt) this.effect = effect;
  }

  /** Runs a statement once it is known what the session is like that it may alter. */
  async run<T>(statement: () => Promise<T>): Promise<T> {
    if (this.effect !== 'none') this.putRight ??= await this.remember();
    return statement();
  }

  /** Makes it what it was, for our own statements. */
  async restore(): Promise<void> {
    await this.putRight?.(this.effect);
  }
}
