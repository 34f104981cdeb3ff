import type { RecoveryStrategy } from '../audit/recovery-strategy.js';
import { shown } from '../errors/option-names.js';
import { isTransactional } from '../target-system/target-system.js';
import type {
  RegisteredTargetSystem,
  TargetSystemRegistry,
} from '../target-system/target-system.registry.js';
import { BoundMethod } from './bound-method.js';
import type { ChangeDescriptor, ChangeMethod, ChangePlace, Verification } from './change-descriptor.js';
import type { ChangeCandidate, ChangeClass } from './change-discovery.js';
import { readChangeMetadata } from './change-metadata.accessor.js';
import type { ChangeMetadata, ChangeOptions, MethodMetadata, RecoveryOptions } from './change-metadata.js';
import type { ChangeFault } from './change.errors.js';
import { changeOptionFaults, lockTimeoutFaults, replacedNames } from './change-option-faults.js';
import { isBare } from './execution.decorator.js';
import { ChangeSource } from './fingerprint.js';
import { stepFaults, stepNames } from './step-names.js';
import type { ParameterResolver } from './parameter-resolver.js';

/** Changes as described, and what keeps some from being any. */
export interface Descriptions {
  readonly changes: readonly ChangeDescriptor[];
  /** Where those with faults want to be, as far as they say so. */
  readonly faulty: readonly ChangePlace[];
  /** The methods of all of them. */
  readonly methods: readonly ChangeMethod[];
  /** All but those of parameters, which are for who needs them to find. */
  readonly faults: readonly ChangeFault[];
}

/** Turns discovered changes into the validated values that the engine works with. */
export class DescriptorFactory {
  constructor(
    private readonly registry: TargetSystemRegistry,
    private readonly resolver: ParameterResolver,
  ) {}

  /** Describes changes, and lists everything that is wrong with them. */
  describe(candidates: readonly ChangeCandidate[]): Descriptions {
    const changes: ChangeDescriptor[] = [];
    const faulty: ChangePlace[] = [];
    const methods: ChangeMethod[] = [];
    const faults: ChangeFault[] = [];
    for (const candidate of candidates) {
      const metadata = readChangeMetadata(candidate.type);
      const change = this.describeOne(candidate, metadata, methods, faults);
      if (change) changes.push(change);
      else faulty.push(placeOf(candidate, metadata));
    }
    return { changes, faulty, methods, faults };
  }

  private describeOne(
    candidate: ChangeCandidate,
    metadata: ChangeMetadata,
    methods: ChangeMethod[],
    faults: ChangeFault[],
  ): ChangeDescriptor | undefined {
    const { id, order, stage, className } = placeOf(candidate, metadata);
    const before = faults.length;
    faults.push(...changeOptionFaults(className, metadata));
    checkDecorators(className, metadata, faults);
    checkMethods(className, metadata, faults);
    const registered = this.targetOf(className, metadata, faults);
    if (!registered) return undefined;
    faults.push(...lockTimeoutFaults(className, metadata.options, registered.target));
    const bind = (method: MethodMetadata) => new BoundMethod(candidate, method, registered, this.resolver);
    const executions = metadata.executions.map(bind);
    const rollbacks = metadata.rollbacks.map(bind);
    const verifications = metadata.verifications.map(bind);
    methods.push(...executions, ...rollbacks, ...verifications);
    const [execution] = executions;
    const [rollback] = rollbacks;
    const [verification] = verifications;
    const isTransactionalChange = metadata.options.transactional ?? isTransactional(registered.target);
    const steps = () => stepNames(candidate.type, metadata);
    faults.push(...stepFaults(className, steps(), isTransactionalChange));
    if (faults.length > before || !execution) return undefined;
    const { author, timeoutMs, lockTimeoutMs, commit, guidance, replaces, retry, verify, approval } =
      metadata.options as ChangeOptions;
    const recovery = metadata.recovery as RecoveryStrategy | RecoveryOptions;
    // Not spread from the place, which takes thirty times as long: an application may have thousands.
    return Object.freeze({
      id,
      order,
      stage,
      className,
      author,
      target: registered.target,
      transactional: isTransactionalChange,
      recovery: typeof recovery === 'string' ? recovery : recovery.strategy,
      ...(typeof recovery === 'object' && { recoveryRetry: recovery.retry }),
      timeoutMs,
      lockTimeoutMs,
      commit,
      retry,
      approval,
      replaces: replaces === undefined ? undefined : replacedNames(replaces),
      guidance,
      source: new ChangeSource(() => methodTexts(candidate.type, metadata)),
      stepNames: steps,
      execution,
      rollback,
      verification: verification && verificationBy(verification, verify === 'always'),
    });
  }

  private targetOf(
    className: string,
    { targetSystem, options }: ChangeMetadata,
    faults: ChangeFault[],
  ): RegisteredTargetSystem | undefined {
    const registered = this.registry.find(targetSystem);
    const known = () => this.registry.ids.map((id) => `"${id}"`).join(', ') || 'none';
    if (targetSystem === undefined) {
      faults.push({
        where: className,
        problem: 'names no target system',
        remedy: `Add @TargetSystem(id) to the class; known ids: ${known()}.`,
      });
    } else if (typeof targetSystem !== 'string') {
      faults.push({
        where: className,
        problem: `its @TargetSystem takes the id of a target system, not ${shown(targetSystem)}`,
        remedy: `Write @TargetSystem('…') with one of: ${known()}.`,
      });
    } else if (!registered) {
      faults.push({
        where: className,
        problem: `names target system "${targetSystem}", which does not exist`,
        remedy: `Add it to targetSystems of FlamingockModule.forRoot(), or name one of: ${known()}.`,
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
}

/**
 * The text of every method that a change can call on itself, whichever order they stand in. What only asks about the
 * change may be written, and rewritten, long after it is applied.
 */
function methodTexts({ prototype }: ChangeClass, { verifications }: ChangeMetadata): string[] {
  const texts: string[] = [];
  const left = ['constructor', ...verifications.map(({ key }) => key)];
  // Every start does this for every change.
  for (const name of Object.getOwnPropertyNames(prototype).sort()) {
    const method: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
    if (typeof method === 'function' && !left.includes(name)) texts.push(String(method));
  }
  return texts;
}

function verificationBy(method: BoundMethod, always: boolean): Verification {
  return {
    name: method.name,
    always,
    parameters: () => method.parameters(),
    staysInTransaction: () => method.staysInTransaction(),
    ask: (invocation) => method.ask(invocation),
  };
}

function placeOf({ type, stage }: ChangeCandidate, { options }: ChangeMetadata): ChangePlace {
  const { id, order } = options as ChangeOptions;
  return { id, order, stage, className: type.name };
}

const DECORATORS: Readonly<Record<MethodMetadata['kind'], string>> = {
  execution: '@Execution',
  rollback: '@RollbackExecution',
  verification: '@Verify',
};

function checkDecorators(where: string, { repeated, methods }: ChangeMetadata, faults: ChangeFault[]): void {
  for (const decorator of repeated) {
    const remedy = 'Keep one; what is to run twice is two changes, in two classes.';
    faults.push({ where, problem: `has ${decorator} more than once`, remedy });
  }
  for (const { kind, name, isStatic, given = [] } of methods) {
    const decorator = DECORATORS[kind];
    if (isStatic)
      faults.push({
        where: `${where}.${name}()`,
        problem: `has ${decorator}() and is static`,
        remedy: 'Make it a method of the instance, which Nest provides: take away the word static.',
      });
    if (given.length > 0)
      faults.push({
        where: `${where}.${name}()`,
        problem: isBare(given)
          ? `has ${decorator} without its parentheses`
          : `has ${decorator}() with ${shown(given[0])} in its parentheses, which mean nothing there`,
        remedy: `Write ${decorator}(). What concerns the whole change is said in @Change({ … }) of its class.`,
      });
  }
}

function checkMethods(where: string, metadata: ChangeMetadata, faults: ChangeFault[]): void {
  const { executions, rollbacks, verifications, options } = metadata;
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
  if (verifications.length > 1) {
    faults.push({
      where,
      problem: `has ${verifications.length} @Verify() methods: ${names(verifications)}`,
      remedy: 'Keep one that answers for the whole change.',
    });
  }
  if (options.verify === 'always' && verifications.length === 0) {
    faults.push({
      where,
      problem: "says verify: 'always' and has no @Verify() method",
      remedy:
        'Decorate the method that says how much of the change is there with @Verify(), or leave verify out.',
    });
  }
}
