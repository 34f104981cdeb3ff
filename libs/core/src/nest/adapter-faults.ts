import type {
  AdapterDefinition,
  AuditStoreDefinition,
  TargetSystemDefinition,
} from './adapter-definition.js';
import type { FlamingockAdapters } from './flamingock-options.js';
import { shown } from '../errors/option-names.js';

/** What stands where adapters should, in code that is not type-checked. */
export type GivenAdapters = Readonly<Partial<Record<keyof FlamingockAdapters, unknown>>>;

const EXAMPLE =
  "FlamingockModule.forRoot({ auditStore: anAuditStore(), targetSystems: [aTargetSystem('id')] })";

/** What is wrong with audit store and target systems as the caller wrote them. They may be values of any type. */
export function adapterFaults({ auditStore, targetSystems }: GivenAdapters): string[] {
  const faults = definitionFaults('auditStore', auditStore);
  if (!Array.isArray(targetSystems)) {
    const problem =
      targetSystems === undefined ? 'is missing' : `must be a list, not ${shown(targetSystems)}`;
    return [...faults, `targetSystems ${problem}: name what changes may alter, as in ${EXAMPLE}`];
  }
  return [
    ...faults,
    ...targetSystems.flatMap((target, index) => targetFaults(`targetSystems[${index}]`, target)),
  ];
}

/** Those that Nest can build. */
export interface SoundAdapters {
  readonly auditStore: AuditStoreDefinition | undefined;
  readonly targetSystems: readonly TargetSystemDefinition[];
}

/** Leaves out the values that {@link adapterFaults} reports. */
export function soundAdapters({ auditStore, targetSystems }: GivenAdapters): SoundAdapters {
  return {
    auditStore: isDefinition(auditStore) ? auditStore : undefined,
    targetSystems: Array.isArray(targetSystems) ? targetSystems.filter(isDefinition) : [],
  };
}

function targetFaults(where: string, target: unknown): string[] {
  const faults = definitionFaults(where, target);
  if (!isDefinition(target)) return faults;
  const { id, provide = [] } = target as Record<keyof TargetSystemDefinition, unknown>;
  if (id === undefined)
    faults.push(`${where} is no target system, for it has no id: give its function one first`);
  else if (typeof id !== 'string')
    faults.push(`${where} has ${shown(id)} for an id: its id comes first, and is a text`);
  if (!Array.isArray(provide)) faults.push(`provide of ${where} must be a list, not ${shown(provide)}`);
  else if (provide.includes(undefined))
    faults.push(`provide of ${where} contains undefined: the name is wrong, or two files import each other`);
  return faults;
}

function definitionFaults(where: string, definition: unknown): string[] {
  if (isDefinition(definition)) return [...(definition.faults ?? [])];
  if (definition === undefined || definition === null)
    return [`${where} is missing: write what the function of an adapter returns, as in ${EXAMPLE}`];
  if (typeof definition === 'function')
    return [`${where} is the function ${definition.name}, which was not called: write ${definition.name}()`];
  return [`${where} must be what the function of an adapter returns, not ${shown(definition)}: ${EXAMPLE}`];
}

function isDefinition(definition: unknown): definition is AdapterDefinition<never> & { readonly id: string } {
  const isObject = typeof definition === 'object' && definition !== null;
  return isObject && 'useFactory' in definition && typeof definition.useFactory === 'function';
}
