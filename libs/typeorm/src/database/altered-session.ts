import type { SessionEffect } from '../sql/session-effect.js';

/** Restores a session to the end of the transaction. `effect`: that of the statements that altered it. */
export type PutRight = (effect: SessionEffect) => Promise<unknown>;

/** The session of a change's connection, which the change may alter. */
export class AlteredSession {
  private effect: SessionEffect = 'none';
  private putRight: PutRight | undefined;

  /** `remember` reads the settings of the session, and returns how to restore them. */
  constructor(private readonly remember: () => Promise<PutRight>) {}

  /** True once the connection is not as the pool gave it, and will not be. */
  get isSpoilt(): boolean {
    return this.effect === 'lasting';
  }

  /** Says what a statement that is to be run may do to it. */
  expect(effect: SessionEffect): void {
    if (effect === 'none' || effect === 'changes' || this.isSpoilt) return;
    this.effect = effect;
  }

  /** Runs a statement that may alter the session, once the session's settings are known. */
  async run<T>(statement: () => Promise<T>): Promise<T> {
    if (this.effect !== 'none') this.putRight ??= await this.remember();
    return statement();
  }

  /** Restores it for our own statements. */
  async restore(): Promise<void> {
    await this.putRight?.(this.effect);
  }
}
