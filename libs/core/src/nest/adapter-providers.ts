import type { FactoryProvider, InjectionToken, OptionalFactoryDependency, Provider } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { referenced, tokenName } from '../change/parameter-faults.js';
import { nodeRuntime } from '../runtime/node-runtime.js';
import { sleep } from '../runtime/sleep.js';
import type { TargetSystem } from '../target-system/target-system.js';
import type { RegisteredTargetSystem } from '../target-system/target-system.registry.js';
import type { AdapterDefinition } from './adapter-definition.js';
import type { SoundAdapters } from './adapter-faults.js';
import {
  FLAMINGOCK_AUDIT_STORE,
  FLAMINGOCK_REGISTRATION,
  FLAMINGOCK_TARGET_SYSTEMS,
} from './flamingock.constants.js';
import { InvalidOptionsError } from './nest.errors.js';

type Dependency = NonNullable<AdapterDefinition<unknown>['inject']>[number];

/** An audit store or a target system, and the token under which Nest has it. */
export interface Adapter {
  readonly token: symbol;
  readonly definition: AdapterDefinition<unknown>;
}

/** Audit store and target systems, each under a token of its own. */
export function adaptersOf({ auditStore, targetSystems }: SoundAdapters): Adapter[] {
  return [
    { token: FLAMINGOCK_AUDIT_STORE, definition: auditStore ?? { useFactory: () => undefined } },
    ...targetSystems.map((definition, index) => ({
      token: Symbol(`flamingock:target-system:${index}:${definition.id}`),
      definition,
    })),
  ];
}

/** Has Nest build them from what they inject, once it is known that everything is sound. */
export function adapterProviders(adapters: readonly Adapter[], { targetSystems }: SoundAdapters): Provider[] {
  const targets = adapters.slice(1);
  return [
    ...adapters.map(adapterProvider),
    {
      provide: FLAMINGOCK_TARGET_SYSTEMS,
      inject: [FLAMINGOCK_REGISTRATION, ...targets.map(({ token }) => token)],
      useFactory: (_checked: unknown, ...built: TargetSystem[]): RegisteredTargetSystem[] =>
        built.map((target, index) => ({ target, provide: targetSystems[index]?.provide ?? [] })),
    },
  ];
}

/**
 * To Nest, what an adapter injects may be missing: {@link missingDependencies} says so in words
 * that name the option to write.
 */
function adapterProvider({ token, definition: { inject = [], useFactory } }: Adapter): FactoryProvider {
  return {
    provide: token,
    inject: [FLAMINGOCK_REGISTRATION, ...inject.map((one) => ({ token: tokenOf(one), optional: true }))],
    useFactory: async (_checked: unknown, ...dependencies: unknown[]) => {
      const missing = inject.find((one, index) => isNeeded(one) && dependencies[index] === undefined);
      if (missing !== undefined) await refuseHidden(tokenOf(missing));
      return useFactory(...(dependencies as never[]));
    },
  };
}

/** Nest 11 injects nothing also where the dependency could not be built: then its own error is reported first. */
async function refuseHidden(token: InjectionToken): Promise<never> {
  await sleep(nodeRuntime, 0);
  throw new InvalidOptionsError([
    `${tokenName(token)} is provided, and Flamingock cannot get it: have its module export it, and make that module ` +
      'global. It must not depend on Flamingock itself',
  ]);
}

/** What adapters inject and no module of the application provides. One that a test replaces injects nothing. */
export function missingDependencies(adapters: readonly Adapter[], modules: ModulesContainer): string[] {
  const all = [...modules.values()];
  const isReplaced = ({ token }: Adapter) =>
    !all.some(({ providers }) => providers.get(token)?.inject?.includes(FLAMINGOCK_REGISTRATION));
  const isMissing = (token: InjectionToken) => !all.some(({ providers }) => providers.has(token));
  return adapters
    .filter((adapter) => !isReplaced(adapter))
    .flatMap(({ definition: { inject = [], whenMissing } }) =>
      inject
        .filter(isNeeded)
        .map(tokenOf)
        .filter(isMissing)
        .map((token) => whenMissing ?? `nothing provides ${tokenName(token)}, which an adapter injects`),
    );
}

function isNeeded(dependency: Dependency): boolean {
  return !(isOptionalForm(dependency) && dependency.optional);
}

function tokenOf(dependency: Dependency): InjectionToken {
  return referenced(isOptionalForm(dependency) ? dependency.token : dependency) as InjectionToken;
}

function isOptionalForm(dependency: Dependency): dependency is OptionalFactoryDependency {
  return typeof dependency === 'object' && 'token' in dependency;
}
