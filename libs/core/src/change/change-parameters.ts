import type { ChangeDescriptor, ChangeMethod } from './change-descriptor.js';
import { InvalidChangesError, type ChangeFault } from './change.errors.js';

/** What a method of a change is given, as far as it could be found. */
export interface FoundParameters {
  /** What nothing provides. */
  readonly faults: readonly ChangeFault[];
  /** The change itself, and what its method is given that is neither the run's nor the transaction's. */
  readonly uses: readonly unknown[];
}

/** A method whose parameters can be found. */
export type Resolvable = Pick<ChangeMethod, 'parameters'>;

/** What is wrong with the parameters of these methods, and all that they use. */
export async function findParameters(methods: readonly Resolvable[]): Promise<FoundParameters> {
  const faults: ChangeFault[] = [];
  const uses: unknown[] = [];
  for (const method of methods) {
    const found = await method.parameters?.();
    if (!found) continue;
    faults.push(...found.faults);
    uses.push(...found.uses);
  }
  return { faults, uses };
}

/**
 * All that these changes use.
 *
 * @throws InvalidChangesError listing every parameter of their methods that nothing provides.
 */
export function resolveParameters(changes: readonly ChangeDescriptor[]): Promise<readonly unknown[]> {
  return resolveMethods(
    changes
      .flatMap(({ execution, rollback, verification }) => [execution, rollback, verification])
      .filter((method) => method !== undefined),
  );
}

/**
 * All that these methods use.
 *
 * @throws InvalidChangesError listing every parameter of theirs that nothing provides.
 */
export async function resolveMethods(methods: readonly Resolvable[]): Promise<readonly unknown[]> {
  const { faults, uses } = await findParameters(methods);
  if (faults.length > 0) throw new InvalidChangesError(faults);
  return uses;
}
