import type { HttpAdapterHost, ModulesContainer } from '@nestjs/core';

/** Resolves once that may go on which waits. */
type Ready = () => Promise<void>;

/** What Nest starts to receive messages: a server of `@nestjs/microservices`, or a strategy of the user's. */
interface Transport {
  listen: (callback: (...outcome: unknown[]) => unknown) => unknown;
}

/**
 * Has each transport of the application wait before it begins to listen, which
 * `startAllMicroservices()` has it do before any hook is called.
 */
export function holdTransports(modules: ModulesContainer, ready: Ready): void {
  registryOf(modules)?.subscribe((transport) => holdTransport(transport, ready));
}

/** Nest has it since 11.1.4. */
function registryOf(modules: Partial<Pick<ModulesContainer, 'getRpcTargetRegistry'>>) {
  return modules.getRpcTargetRegistry?.<Transport>();
}

function holdTransport(transport: Transport, ready: Ready): void {
  const { listen } = transport;
  if (typeof listen !== 'function') return;
  replace(transport, 'listen', ((callback) => {
    void ready()
      .then(() => listen.call(transport, callback))
      .catch(callback);
  }) satisfies Transport['listen']);
}

/**
 * Has `init()` of an application with HTTP wait at its begin: gateways that have a port of
 * their own listen before any hook is called.
 */
export function holdInit(host: HttpAdapterHost, ready: Ready): void {
  // Emits what is set already; a testing module has none until it makes an application.
  host.init$.subscribe(() => {
    const adapter = host.httpAdapter as Initialised | null;
    if (adapter) holdAdapter(adapter, ready);
  });
}

interface Initialised {
  init?: () => Promise<void>;
}

function holdAdapter(adapter: Initialised, ready: Ready): void {
  const { init } = adapter;
  replace(adapter, 'init', async () => {
    await ready();
    await init?.call(adapter);
  });
}

/** On this one object only, and where it cannot be, everything stays as Nest has it. */
function replace(target: object, name: string, value: unknown): void {
  Reflect.defineProperty(target, name, { configurable: true, writable: true, value });
}
