import { isTransactional } from '../target-system/target-system.js';
import type {
  RegisteredTargetSystem,
  TargetSystemRegistry,
} from '../target-system/target-system.registry.js';
import type { ChangeDescriptor, ChangeMethod, ChangePlace } from './change-descriptor.js';
import type { ChangeCandidate } from './change-discovery.js';
import { readChangeMetadata } from './change-metadata.accessor.js';
import type { ChangeMetadata, ChangeOptions, MethodMetadata } from './change-metadata.js';
import type { ChangeFault } from './change.errors.js';
import { A_NAME, isName } from './names.js';
import type { ParameterResolver } from './parameter-resolver.js';

/** A change as described, and what keeps it from being one. */
export interface Description {
  /** Where it wants to be, as far as it says so. */
  readonly place: ChangePlace;
  /** Absent where there are faults. */
  readonly descriptor?: ChangeDescriptor;
  readonly faults: readonly ChangeFault[];
}

/** The longest delay of a Node timer, in milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Turns discovered changes into the validated values that the engine works with. */
export class DescriptorFactory {
  constructor(
    private readonly registry: TargetSystemRegistry,
    private readonly resolver: ParameterResolver,
  ) {}

  /** Describes one change, or lists everything that is wrong with it. */
  async describe(candidate: ChangeCandidate): Promise<Description> {
    const metadata = readChangeMetadata(candidate.type);
    const className = candidate.type.name;
    const faults = [...optionFaults(className, metadata.options), ...methodFaults(className, metadata)];
    const registered = this.targetOf(className, metadata, faults);
    const methods = registered && (await this.methodsOf(candidate, metadata, registered, faults));
    const [execution] = methods?.executions ?? [];
    const { id, order, author, timeoutMs, transactional, guidance } = metadata.options as ChangeOptions;
    const place = { id, order, stage: candidate.stage, className };
    if (faults.length > 0 || !registered || !execution) return { place, faults };
    return {
      place,
      faults,
      // Not spread from the place, which takes thirty times as long: an application may have thousands.
      descriptor: Object.freeze({
        id,
        order,
        stage: candidate.stage,
        className,
        author,
        target: registered.target,
        transactional: transactional ?? isTransactional(registered.target),
        recovery: metadata.recovery,
        timeoutMs,
        guidance,
        execution,
        rollback: methods?.rollbacks[0],
      }),
    };
  }

  private targetOf(
    className: string,
    { targetSystem, options }: ChangeMetadata,
    faults: ChangeFault[],
  ): RegisteredTargetSystem | undefined {
    const registered = targetSystem === undefined ? undefined : this.registry.find(targetSystem);
    const known = this.registry.ids.map((id) => `"${id}"`).join(', ') || 'none';
    if (targetSystem === undefined) {
      faults.push({
        where: className,
        problem: 'names no target system',
        remedy: `Add @TargetSystem(id) to the class; known ids: ${known}.`,
      });
    } else if (!registered) {
      faults.push({
        where: className,
        problem: `names target system "${targetSystem}", which does not exist`,
        remedy: `Add it to targetSystems of FlamingockModule.forRoot(), or name one of: ${known}.`,
      });
    } else if (options.transactional === true && !isTransactional(registered.target)) {
      faults.push({
        where: className,
        problem: `is declared transactional, and target system "${targetSystem}" has no transactions`,
        remedy:
          'Declare transactional: false, and add @RollbackExecution() so that a failure can be taken back.',
      });
    }
    return registered;
  }

  private async methodsOf(
    { type, instance, moduleRef }: ChangeCandidate,
    { executions, rollbacks }: ChangeMetadata,
    registered: RegisteredTargetSystem,
    faults: ChangeFault[],
  ) {
    const bind = async (method: MethodMetadata): Promise<ChangeMethod> => {
      const sources = await this.resolver.resolve(type.name, method, registered, moduleRef, faults);
      const call = (instance as Record<PropertyKey, (...args: unknown[]) => unknown>)[method.key];
      return {
        name: method.name,
        invoke: async (invocation) => {
          await call?.apply(
            instance,
            sources.map((source) => source(invocation)),
          );
        },
      };
    };
    return {
      executions: await Promise.all(executions.map(bind)),
      rollbacks: await Promise.all(rollbacks.map(bind)),
    };
  }
}

function optionFaults(where: string, options: Partial<ChangeOptions>): ChangeFault[] {
  const faults = (['id', 'order', 'author'] as const)
    .filter((name) => !isName(options[name]))
    .map((name) => ({
      where,
      problem: `its ${name} must be ${A_NAME}, not ${shown(options[name])}`,
      remedy: `Give @Change a ${name}.`,
    }));
  const { timeoutMs, guidance } = options;
  if (guidance !== undefined && (typeof guidance !== 'string' || guidance.trim() === '')) {
    const problem = `its guidance must be a text, not ${shown(guidance)}`;
    faults.push({ where, problem, remedy: 'Say what to check, or leave it out.' });
  }
  if (
    timeoutMs === undefined ||
    (typeof timeoutMs === 'number' && timeoutMs > 0 && timeoutMs <= LONGEST_TIMER_MS)
  )
    return faults;
  const problem = `its timeoutMs must be a number of milliseconds from 1 to ${LONGEST_TIMER_MS}, not ${String(timeoutMs)}`;
  return [...faults, { where, problem, remedy: 'Correct it, or leave it out.' }];
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

function methodFaults(where: string, { executions, rollbacks }: ChangeMetadata): ChangeFault[] {
  const faults: ChangeFault[] = [];
  const names = (methods: readonly MethodMetadata[]) => methods.map(({ name }) => `${name}()`).join(', ');
  if (executions.length === 0) {
    faults.push({
      where,
      problem: 'has no @Execution() method',
      remedy: 'Decorate the method that applies the change with @Execution().',
    });
  }
  if (executions.length > 1) {
    faults.push({
      where,
      problem: `has ${executions.length} @Execution() methods: ${names(executions)}`,
      remedy: 'Keep one, and make the others changes of their own.',
    });
  }
  if (rollbacks.length > 1) {
    faults.push({
      where,
      problem: `has ${rollbacks.length} @RollbackExecution() methods: ${names(rollbacks)}`,
      remedy: 'Keep one that takes everything back.',
    });
  }
  return faults;
}
