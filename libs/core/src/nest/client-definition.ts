import { tokenName } from '../change/parameter-faults.js';
import type { AdapterHost } from '../runtime/adapter-host.js';
import type { ProvidedHandle } from '../target-system/provided-handle.js';
import type { HandleToken, TargetSystem } from '../target-system/target-system.js';
import type { TargetSystemDefinition } from './adapter-definition.js';
import { FLAMINGOCK_ADAPTER_HOST } from './flamingock.constants.js';

/** What a target system is built with besides its client and options. */
export interface ClientContext {
  /** Under which the application injects the client; its changes get theirs under it, too. */
  readonly token?: HandleToken;
  /** @default that of a real process, with the default limits */
  readonly host?: AdapterHost;
}

/** A target system on a client of the application, which is given, or else injected. */
export interface ClientDefinition<C> {
  /** The name that `@TargetSystem(id)` refers to. */
  readonly id: string;
  /** What the application calls, as messages name it: `redisTargetSystem('cache')`. */
  readonly call: string;
  readonly faults: readonly string[];
  readonly client: C | undefined;
  /** Where the client is not given. */
  readonly inject: HandleToken;
  readonly provide: readonly ProvidedHandle[] | undefined;
  /** What to write where nothing provides that token. */
  readonly remedy: string;
  readonly create: (client: C, context: ClientContext) => TargetSystem;
}

/** How Nest builds such a target system. */
export function clientTargetSystem<C>(definition: ClientDefinition<C>): TargetSystemDefinition {
  const { id, call, faults, client, inject: token, provide, remedy, create } = definition;
  const common = { id, faults, ...(provide && { provide }) };
  if (client) {
    return {
      ...common,
      inject: [FLAMINGOCK_ADAPTER_HOST],
      useFactory: (host: AdapterHost) => create(client, { host }),
    };
  }
  return {
    ...common,
    inject: [token, FLAMINGOCK_ADAPTER_HOST],
    whenMissing: `${call} injects ${tokenName(token)}, which nothing provides: write ${remedy}`,
    useFactory: (injected: C, host: AdapterHost) => create(injected, { token, host }),
  };
}
