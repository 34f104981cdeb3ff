import { Inject, Scope, type InjectionToken } from '@nestjs/common';
import { INQUIRER, ModulesContainer, type ModuleRef } from '@nestjs/core';
import type { ProvidedHandle } from '../target-system/provided-handle.js';
import type { RegisteredTargetSystem } from '../target-system/target-system.registry.js';
import { ChangeContext } from './change-context.js';
import type { Invocation } from './change-descriptor.js';
import type { ChangeCandidate } from './change-discovery.js';
import type { MethodMetadata, ParameterMetadata } from './change-metadata.js';
import type { FoundParameters } from './change-parameters.js';
import { isErased, referenced, unresolvedParameter, type UnfitScope } from './parameter-faults.js';
import type { ChangeFault } from './change.errors.js';

/** Gives the argument for one call. */
export type ArgumentSource = (invocation: Invocation) => unknown;

/** A method, and where its arguments come from: one source per parameter, where none has a fault. */
export interface ResolvedMethod extends FoundParameters {
  readonly sources: readonly ArgumentSource[];
}

/**
 * Finds out where each parameter of a change's method comes from: the run, then the
 * target system, then Nest's container.
 */
export class ParameterResolver {
  /** What the container gives to the classes of a module, as far as it was asked. */
  private readonly answers = new Map<ModuleRef, Map<unknown, Found | undefined>>();

  /** What cannot be resolved is a fault. */
  async resolve(
    { type, instance, moduleRef }: ChangeCandidate,
    method: MethodMetadata,
    registered: RegisteredTargetSystem,
  ): Promise<ResolvedMethod> {
    const sources: ArgumentSource[] = [];
    const faults: ChangeFault[] = [];
    const uses: unknown[] = [instance];
    for (const parameter of method.parameters) {
      const source = await this.resolveOne(parameter, registered, moduleRef, uses);
      if (source) sources.push(source);
      else {
        const token = tokenOf(parameter);
        faults.push(
          unresolvedParameter(type.name, method, parameter, {
            targetSystem: registered.target.id,
            scope: unfitScope(token, moduleRef),
            sameName: sameNameAs(token, registered, moduleRef),
          }),
        );
      }
    }
    return { sources, faults, uses };
  }

  /** True for what has no way to the outside but the change's transaction. Asked after {@link resolve}. */
  isOfTransaction(
    parameter: ParameterMetadata,
    registered: RegisteredTargetSystem,
    moduleRef: ModuleRef,
  ): boolean {
    if (this.isLent(parameter, registered)) return true;
    const value = this.known(tokenOf(parameter), registered, moduleRef)?.value;
    return typeof value === 'object' && value !== null && registered.target.checks?.(value) === true;
  }

  /** True for what the run or the transaction lends. */
  private isLent(parameter: ParameterMetadata, { target }: RegisteredTargetSystem): boolean {
    const token = tokenOf(parameter);
    return token === ChangeContext || target.handleTokens.some((offered) => offered === token);
  }

  /** What the target system provides, or the container, as far as it was asked. */
  private known(
    token: unknown,
    { provide }: RegisteredTargetSystem,
    moduleRef: ModuleRef,
  ): Found | undefined {
    return this.provided(token, provide, moduleRef) ?? this.answers.get(moduleRef)?.get(token);
  }

  private async resolveOne(
    parameter: ParameterMetadata,
    registered: RegisteredTargetSystem,
    moduleRef: ModuleRef,
    uses: unknown[],
  ): Promise<ArgumentSource | undefined> {
    const token = tokenOf(parameter);
    if (token === ChangeContext) return ({ context }) => context;
    const guarded = (value: unknown): ArgumentSource =>
      parameter.unguarded ? () => value : ({ guard }) => guard(value);
    if (this.isLent(parameter, registered)) {
      return ({ handles, guard }) => (parameter.unguarded ? handles.get(token) : guard(handles.get(token)));
    }
    const found = this.known(token, registered, moduleRef) ?? (await this.ask(token, moduleRef));
    if (found) {
      uses.push(found.value);
      return guarded(found.value);
    }
    const isMissing = unfitScope(token, moduleRef) === undefined;
    return parameter.optional && isMissing ? () => undefined : undefined;
  }

  /** Asks the container, once for each token and module. */
  private async ask(token: unknown, moduleRef: ModuleRef): Promise<Found | undefined> {
    const answers = this.answers.get(moduleRef) ?? new Map<unknown, Found | undefined>();
    this.answers.set(moduleRef, answers);
    if (!answers.has(token)) answers.set(token, await lookUp(token, moduleRef));
    return answers.get(token);
  }

  private provided(
    token: unknown,
    provide: readonly ProvidedHandle[],
    moduleRef: ModuleRef,
  ): Found | undefined {
    for (const handle of provide) {
      if (isValueHandle(handle)) {
        if (handle.provide === token) return { value: handle.useValue };
      } else if (handle === token) {
        return anywhere(handle, moduleRef);
      }
    }
    return undefined;
  }
}

async function lookUp(token: unknown, moduleRef: ModuleRef): Promise<Found | undefined> {
  // A parameter of a method has no class that injects it, so there is no inquirer.
  if (!isToken(token) || isErased(token) || token === INQUIRER) return undefined;
  return (await inject(token, moduleRef)) ?? anywhere(token, moduleRef);
}

/** For what no import of the change's module leads to, if the application has exactly one. */
function anywhere(token: InjectionToken, moduleRef: ModuleRef): Found | undefined {
  try {
    const values = new Set(moduleRef.get<unknown, unknown>(token, { strict: false, each: true }));
    return values.size === 1 ? { value: [...values][0] } : undefined;
  } catch {
    return undefined;
  }
}

/** The scope of what is provided somewhere, if it is no singleton. */
function unfitScope(token: unknown, moduleRef: ModuleRef): UnfitScope | undefined {
  try {
    const { scope } = moduleRef.introspect(token as symbol);
    if (scope === Scope.DEFAULT) return undefined;
    return scope === Scope.TRANSIENT ? 'transient' : 'request-scoped';
  } catch {
    return undefined;
  }
}

/** Another class of that name that a change could ask for: mostly of a second copy of one package. */
function sameNameAs(
  token: unknown,
  { target, provide }: RegisteredTargetSystem,
  moduleRef: ModuleRef,
): unknown {
  if (typeof token !== 'function' || token.name === '' || isErased(token)) return undefined;
  const handles = provide.map((handle) => (isValueHandle(handle) ? handle.provide : handle));
  const modules = moduleRef.get(ModulesContainer, { strict: false }).values();
  const provided = [...modules].flatMap(({ providers }) => [...providers.keys()]);
  return [...target.handleTokens, ...handles, ...provided].find(
    (other) => typeof other === 'function' && other !== token && other.name === token.name,
  );
}

interface Found {
  readonly value: unknown;
}

/** Asks Nest's own injector, as a class of that module would by its constructor. */
async function inject(token: InjectionToken, moduleRef: ModuleRef): Promise<Found | undefined> {
  class Receiver {
    constructor(readonly value: unknown) {}
  }
  Inject(token)(Receiver, undefined, 0);
  try {
    return { value: (await moduleRef.create(Receiver)).value };
  } catch {
    return undefined;
  }
}

function tokenOf({ token, type }: ParameterMetadata): unknown {
  return referenced(token ?? type);
}

function isToken(token: unknown): token is InjectionToken {
  return typeof token === 'function' || typeof token === 'string' || typeof token === 'symbol';
}

function isValueHandle(handle: ProvidedHandle): handle is Extract<ProvidedHandle, { useValue: unknown }> {
  return typeof handle === 'object' && 'useValue' in handle;
}
