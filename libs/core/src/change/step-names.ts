import { ChangeContext } from './change-context.js';
import type { ChangeClass } from './change-discovery.js';
import type { ChangeMetadata } from './change-metadata.js';
import type { ChangeFault } from './change.errors.js';
import { literalSteps } from './literal-steps.js';

/** Names of the steps that the execution of a change calls, as far as its text says so. */
export function stepNames({ prototype }: ChangeClass, { executions }: ChangeMetadata): string[] {
  return executions.flatMap(({ key, parameters }) => {
    const context = parameters.find(({ type, token }) => (token ?? type) === ChangeContext);
    const method: unknown = context && (prototype as Record<PropertyKey, unknown>)[key];
    return context && typeof method === 'function' ? literalSteps(String(method), context.index) : [];
  });
}

/** What is wrong with the steps of a change. */
export function stepFaults(
  where: string,
  names: readonly string[],
  isTransactional: boolean,
): readonly ChangeFault[] {
  const [first] = names;
  if (first === undefined) return [];
  if (isTransactional)
    return [
      {
        where,
        problem: `calls a step, "${first}", and is transactional`,
        remedy:
          'Call the work itself: what is in a transaction is there as a whole or not at all. Or declare transactional: false.',
      },
    ];
  const repeated = names.filter((name, at) => names.indexOf(name) < at);
  return [...new Set(repeated)].map((name) => ({
    where,
    problem: `calls its step "${name}" more than once`,
    remedy: 'Give each step a name of its own: it is known by its name that it is completed.',
  }));
}
