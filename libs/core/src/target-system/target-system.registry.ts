import type { ProvidedHandle } from './provided-handle.js';
import type { TargetSystem } from './target-system.js';

/** A target system with what its definition offers besides. */
export interface RegisteredTargetSystem {
  readonly target: TargetSystem;
  readonly provide: readonly ProvidedHandle[];
}

/** The target systems of one application, by id. */
export class TargetSystemRegistry {
  /** Ids that were given to more than one target system. */
  readonly duplicates: readonly string[];
  private readonly byId: ReadonlyMap<string, RegisteredTargetSystem>;

  constructor(registered: readonly RegisteredTargetSystem[]) {
    const ids = registered.map(({ target }) => target.id);
    this.byId = new Map(registered.map((one) => [one.target.id, one]));
    this.duplicates = [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
  }

  /** The one that is named so; none for what is no name. */
  find(id: unknown): RegisteredTargetSystem | undefined {
    return this.byId.get(id as string);
  }

  /** Every one, in the order of registration. */
  get all(): readonly TargetSystem[] {
    return [...this.byId.values()].map(({ target }) => target);
  }

  /** Every id, in the order of registration. */
  get ids(): readonly string[] {
    return [...this.byId.keys()];
  }
}
