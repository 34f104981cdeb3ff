import { Injectable } from '@nestjs/common';
import { ModulesContainer, type DiscoveryService } from '@nestjs/core';

type InstanceWrapper = ReturnType<DiscoveryService['getProviders']>[number];

/**
 * Initialises what is needed before Nest calls the hooks of the application: the
 * `onModuleInit` of some providers and of all that they inject, and no other.
 */
@Injectable()
export class EarlyInit {
  private isOver = false;
  /** Those that are initialised: a waiting instance asks for the same again and again. */
  private readonly ready = new Set<unknown>();

  constructor(private readonly modules: ModulesContainer) {}

  /** From now on Nest calls hooks in its own order. */
  end(): void {
    this.isOver = true;
  }

  /**
   * Calls the hooks of these providers, given by their instances, each after those of what it injects.
   * Nest, when it comes to one of them, gets the same promise, so that no hook is called twice.
   */
  async of(instances: readonly unknown[]): Promise<void> {
    const missing = new Set(instances.filter((instance) => !this.ready.has(instance)));
    if (this.isOver || missing.size === 0) return;
    const seen = new Set<InstanceWrapper>();
    for (const wrapper of this.wrappersOf(missing)) await initialise(wrapper, seen);
    for (const instance of missing) this.ready.add(instance);
  }

  private wrappersOf(instances: ReadonlySet<unknown>): InstanceWrapper[] {
    const all = [...this.modules.values()].flatMap(({ providers }) => [...providers.values()]);
    return all.filter(({ instance }) => isObject(instance) && instances.has(instance));
  }
}

async function initialise(wrapper: InstanceWrapper, seen: Set<InstanceWrapper>): Promise<void> {
  if (seen.has(wrapper)) return;
  seen.add(wrapper);
  for (const injected of injectedBy(wrapper)) await initialise(injected, seen);
  for (const instance of instancesOf(wrapper)) await callOnce(instance);
}

function injectedBy(wrapper: InstanceWrapper): InstanceWrapper[] {
  const properties = wrapper.getPropertiesMetadata() as { wrapper: InstanceWrapper }[] | undefined;
  return [
    ...((wrapper.getCtorMetadata() as InstanceWrapper[] | undefined) ?? []).filter(Boolean),
    ...(properties ?? []).map((property) => property.wrapper),
  ];
}

/** Those on which Nest calls hooks. */
export function instancesOf(wrapper: InstanceWrapper): unknown[] {
  if (!wrapper.isDependencyTreeStatic()) return [];
  if (!wrapper.isTransient) return [wrapper.instance];
  return wrapper.getStaticTransientInstances().map((made) => made?.instance as unknown);
}

async function callOnce(instance: unknown): Promise<void> {
  if (!hasHook(instance)) return;
  const hook = instance.onModuleInit;
  let called: Promise<unknown> | undefined;
  const once = () => (called ??= Promise.resolve(hook.call(instance)));
  // What cannot take a property, such as a frozen object, is left to Nest: better late than twice.
  const isHeld = Reflect.defineProperty(instance, 'onModuleInit', {
    configurable: true,
    writable: true,
    value: once,
  });
  if (isHeld) await once();
}

function hasHook(instance: unknown): instance is { onModuleInit: () => unknown } {
  return isObject(instance) && 'onModuleInit' in instance && typeof instance.onModuleInit === 'function';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
