import type { ChangeDescriptor, ChangeMethod, Invocation } from '../change/change-descriptor.js';
import { shown } from '../errors/option-names.js';
import { isVerdict, type Verdict } from '../recovery/verdict.js';
import { currentChange } from '../lock/change-scope.js';
import { InvalidVerdictError, VerificationFailedError } from './executor.errors.js';

/**
 * Asks a change's `@Verify()`.
 *
 * @throws InvalidVerdictError for what is none; what the method throws.
 */
export async function askVerdict(
  { id, verification }: Pick<ChangeDescriptor, 'id' | 'verification'>,
  invocation: Invocation,
): Promise<Verdict> {
  const verdict = await verification?.ask(invocation);
  if (isVerdict(verdict)) return verdict;
  throw new InvalidVerdictError(id, verification?.name ?? '', shown(verdict));
}

/**
 * Asks a change's `@Verify()` after one of its methods.
 *
 * @throws VerificationFailedError unless all of the change is there, or nothing of it after its rollback method.
 */
export async function assertVerified(
  change: ChangeDescriptor,
  method: ChangeMethod,
  invocation: Invocation,
): Promise<void> {
  const expected = method === change.execution ? 'applied' : 'not-applied';
  const verdict = await reading(() => askVerdict(change, invocation));
  if (verdict !== expected) throw new VerificationFailedError(change.id, method.name, verdict, expected);
}

/** Does `work`, in which target systems that see what the change does refuse everything but reading. */
async function reading<T>(work: () => Promise<T>): Promise<T> {
  const scope = currentChange();
  if (!scope) return work();
  scope.mayOnlyRead = true;
  try {
    return await work();
  } finally {
    scope.mayOnlyRead = false;
  }
}
