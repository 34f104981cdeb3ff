import { EventEmitter } from 'node:events';
import type { FlamingockEventMap, FlamingockEventName } from './flamingock.events.js';

/** Where the engine announces what it does. Never throws, never waits. */
export interface EventPublisher {
  publish<N extends FlamingockEventName>(name: N, event: FlamingockEventMap[N]): void;
}

/** Tells listeners what a run does while it does it. Inject it and subscribe. */
export class FlamingockEvents implements EventPublisher {
  private readonly emitter = new EventEmitter();

  /** `onListenerError` is told what a listener throws; the run goes on. */
  constructor(private readonly onListenerError: (error: unknown, event: FlamingockEventName) => void) {
    this.emitter.setMaxListeners(0);
  }

  /**
   * Calls `listener` at each event of that name.
   *
   * @returns a function that ends the subscription.
   */
  on<N extends FlamingockEventName>(
    name: N,
    listener: (event: FlamingockEventMap[N]) => unknown,
  ): () => void {
    const failed = (error: unknown): void => this.onListenerError(error, name);
    const handler = (event: FlamingockEventMap[N]): void => {
      try {
        const result = listener(event);
        if (result) Promise.resolve(result).catch(failed);
      } catch (error) {
        failed(error);
      }
    };
    this.emitter.on(name, handler);
    return () => this.emitter.off(name, handler);
  }

  publish<N extends FlamingockEventName>(name: N, event: FlamingockEventMap[N]): void {
    this.emitter.emit(name, event);
  }
}
