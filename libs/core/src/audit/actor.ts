/** What kind of actor did something. `agent`: a program that decides by itself; `service`: one that does not. */
export type ActorKind = 'human' | 'ci' | 'agent' | 'service';

/** Who did something. */
export interface Actor {
  readonly kind: ActorKind;
  /** A text of 1 to 255 characters on one line. */
  readonly name: string;
  /** What the actor used, such as `cli` or `dashboard`: a text of 1 to 255 characters on one line. */
  readonly via?: string | undefined;
}

/** On whose behalf something was done, and why, as far as it was told. */
export interface Operator {
  readonly actor: Actor | undefined;
  readonly reason: string | undefined;
}
