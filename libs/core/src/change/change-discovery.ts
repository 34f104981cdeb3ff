import type { DiscoveryService } from '@nestjs/core';
import { ModuleRef } from '@nestjs/core';
import { STATIC_CONTEXT } from '@nestjs/core/injector/constants.js';
import { isChangeClass } from './change-metadata.accessor.js';
import type { ChangeFault } from './change.errors.js';
import { tokenName } from './parameter-faults.js';

type InstanceWrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** What `forFeature` leaves in its module. */
export interface ChangeFeature {
  readonly stage: string;
  readonly changes: readonly ChangeClass[];
  /** What is wrong with the call. */
  readonly faults?: readonly string[];
}

/** A class with a constructor of any parameters. */
export type ChangeClass = abstract new (...args: never[]) => object;

/** A provider that carries `@Change`. */
export interface ChangeCandidate {
  readonly type: ChangeClass;
  readonly instance: object;
  readonly stage: string;
  /** True where Nest makes the instance of the class, and no factory. */
  readonly isInjected: boolean;
  /** The module that holds the provider; resolves what its methods ask for. */
  readonly moduleRef: ModuleRef;
}

/** What discovery found, and what is wrong with it. */
export interface Discovery {
  readonly candidates: readonly ChangeCandidate[];
  /** False where a module was just being loaded lazily: what it brings was left out. */
  readonly isComplete: boolean;
  readonly faults: readonly ChangeFault[];
}

/** Stage of changes that no `forFeature` names one for. */
export const DEFAULT_STAGE = 'default';

/** Finds the changes among all providers of an application, whichever module holds them. */
export function discoverChanges(discovery: DiscoveryService, featureToken: symbol): Discovery {
  const all = discovery.getProviders();
  const wrappers = all.filter(isBuilt);
  const groups = new Map<ChangeClass, InstanceWrapper[]>();
  for (const wrapper of wrappers) {
    const type = changeClassOf(wrapper);
    if (!type) continue;
    const group = groups.get(type);
    if (group) group.push(wrapper);
    else groups.set(type, [wrapper]);
  }
  const faults = featureFaults(wrappers, featureToken, groups);
  const candidates: ChangeCandidate[] = [];
  for (const [type, group] of groups) {
    checkProviders(type, group, faults);
    const [first] = group;
    const instance: unknown = first?.instance;
    const moduleRef = first && moduleRefOf(first);
    if (!moduleRef || typeof instance !== 'object' || instance === null) continue;
    const stage = stageOf(first, featureToken);
    candidates.push({
      type,
      instance,
      moduleRef,
      stage,
      isInjected: first.metatype === type,
    });
  }
  return { candidates, isComplete: wrappers.length === all.length, faults };
}

/** False in a module that is being loaded lazily right now: what is there of its providers has no constructor behind it. */
function isBuilt(wrapper: InstanceWrapper): boolean {
  const { isResolved } = wrapper.getInstanceByContextId(STATIC_CONTEXT);
  return isResolved === true || wrapper.isTransient || !wrapper.isDependencyTreeStatic();
}

function changeClassOf({ instance, metatype }: InstanceWrapper): ChangeClass | undefined {
  if (isChange(metatype)) return metatype;
  const built = (instance as object | null | undefined)?.constructor;
  return isChange(built) ? built : undefined;
}

function isChange(type: unknown): type is ChangeClass {
  return typeof type === 'function' && isChangeClass(type);
}

function checkProviders(
  type: ChangeClass,
  wrappers: readonly InstanceWrapper[],
  faults: ChangeFault[],
): void {
  if (wrappers.length > 1) {
    const places = wrappers.map(
      ({ token, host }) => `${tokenName(token)} in ${host?.name ?? 'an unknown module'}`,
    );
    faults.push({
      where: type.name,
      problem: `is provided ${wrappers.length} times (${places.join('; ')})`,
      remedy: 'Provide a change once: in one module, under its own class.',
    });
  }
  if (wrappers.some((wrapper) => wrapper.isTransient || !wrapper.isDependencyTreeStatic())) {
    faults.push({
      where: type.name,
      problem: 'is request-scoped or transient, itself or through something it injects',
      remedy:
        'Make it and everything that it injects a singleton (the default scope): changes run before any request.',
    });
  }
}

function featureFaults(
  wrappers: readonly InstanceWrapper[],
  featureToken: symbol,
  changes: ReadonlyMap<ChangeClass, unknown>,
): ChangeFault[] {
  const features = wrappers
    .filter(({ token }) => token === featureToken)
    .map(({ instance }) => instance as ChangeFeature);
  return features.flatMap(({ stage, changes: listed }) =>
    listed
      .filter((type) => !changes.has(type) && !isChangeClass(type))
      .map((type) => ({
        where: type.name,
        problem: `is listed as a change of stage "${stage}" and has no @Change`,
        remedy: 'Decorate the class with @Change({ id, order, author }), or take it off the list.',
      })),
  );
}

function stageOf({ host }: InstanceWrapper, featureToken: symbol): string {
  const feature = host?.providers.get(featureToken)?.instance as ChangeFeature | undefined;
  return feature?.stage ?? DEFAULT_STAGE;
}

function moduleRefOf({ host }: InstanceWrapper): ModuleRef | undefined {
  return host?.providers.get(ModuleRef)?.instance as ModuleRef | undefined;
}
