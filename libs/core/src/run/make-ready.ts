import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { resolveParameters } from '../change/change-parameters.js';
import type { Engine } from './engine.js';

/**
 * Finds what the methods of these changes are given, and has it initialised. Comes before the first of them is called.
 *
 * @throws InvalidChangesError listing every parameter that nothing provides.
 */
export async function makeReady(
  { initialise }: Pick<Engine, 'initialise'>,
  changes: readonly ChangeDescriptor[],
): Promise<void> {
  const uses = await resolveParameters(changes);
  await initialise?.(uses);
}
