import type { RegisteredTargetSystem } from '../target-system/target-system.registry.js';
import type { ChangeMethod, Invocation } from './change-descriptor.js';
import type { ChangeCandidate } from './change-discovery.js';
import { isGivenNothing } from './change-metadata.accessor.js';
import type { MethodMetadata } from './change-metadata.js';
import type { ParameterResolver, ResolvedMethod } from './parameter-resolver.js';
import { settleReturned } from './returned-value.js';

/** A method of a change that Nest has made. An application may have thousands, of which a start calls none. */
export class BoundMethod implements ChangeMethod {
  readonly name: string;
  private found: Promise<ResolvedMethod> | undefined;

  constructor(
    private readonly candidate: ChangeCandidate,
    private readonly method: MethodMetadata,
    private readonly registered: RegisteredTargetSystem,
    private readonly resolver: ParameterResolver,
  ) {
    this.name = method.name;
  }

  parameters(): Promise<ResolvedMethod> {
    this.found ??= this.resolver.resolve(this.candidate, this.method, this.registered);
    return this.found;
  }

  staysInTransaction(): boolean {
    const { type, isInjected, moduleRef } = this.candidate;
    return (
      isInjected &&
      isGivenNothing(type) &&
      this.method.parameters.every((one) => this.resolver.isOfTransaction(one, this.registered, moduleRef))
    );
  }

  async invoke(invocation: Invocation): Promise<void> {
    const given = givenBy(await this.parameters(), invocation);
    const { context } = invocation;
    await settleReturned(this.call(given), { methodName: this.name, context, given });
  }

  /** Resolves to what the method returns. */
  async ask(invocation: Invocation): Promise<unknown> {
    return this.call(givenBy(await this.parameters(), invocation));
  }

  private call(given: unknown[]): unknown {
    const { instance } = this.candidate;
    const method = (instance as Record<PropertyKey, (...args: unknown[]) => unknown>)[this.method.key];
    return method?.apply(instance, given);
  }
}

function givenBy({ sources }: ResolvedMethod, invocation: Invocation): unknown[] {
  return sources.map((source) => source(invocation));
}
