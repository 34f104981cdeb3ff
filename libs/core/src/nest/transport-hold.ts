import type { ModulesContainer } from '@nestjs/core';

/** What Nest starts to receive messages: a server of `@nestjs/microservices`, or a strategy of the user's. */
interface Transport {
  listen: (callback: (...outcome: unknown[]) => unknown) => unknown;
}

/**
 * Has each transport of the application wait for `ready` before it begins to listen:
 * `startAllMicroservices()` may be called before the first hook of the application is.
 */
export function holdTransports(modules: ModulesContainer, ready: () => Promise<void>): void {
  registryOf(modules)?.subscribe((transport) => hold(transport, ready));
}

/** Nest has it since 11.1.4. */
function registryOf(modules: Partial<Pick<ModulesContainer, 'getRpcTargetRegistry'>>) {
  return modules.getRpcTargetRegistry?.<Transport>();
}

function hold(transport: Transport, ready: () => Promise<void>): void {
  const { listen } = transport;
  if (typeof listen !== 'function') return;
  const held: Transport['listen'] = (callback) => {
    void ready()
      .then(() => listen.call(transport, callback))
      .catch(callback);
  };
  Reflect.defineProperty(transport, 'listen', { configurable: true, writable: true, value: held });
}
