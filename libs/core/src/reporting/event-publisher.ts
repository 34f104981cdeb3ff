import { EventEmitter } from 'node:events';
import { insideObservers, type ChangeObserver, type ObservedChange } from './change-observer.js';
import type { FlamingockEventMap, FlamingockEventName } from './flamingock.events.js';

/** Where the engine announces what it does. Never throws, never waits. */
export interface EventPublisher {
  publish<N extends FlamingockEventName>(name: N, event: FlamingockEventMap[N]): void;

  /**
   * Calls `work`, which is a change, inside those who follow changes from inside.
   *
   * @default calls `work`
   */
  around?<T extends object>(change: ObservedChange, work: () => Promise<T>): Promise<T>;
}

/** Tells listeners what a run does while it does it. Inject it and subscribe. */
export class FlamingockEvents implements EventPublisher {
  private readonly emitter = new EventEmitter();
  private readonly observers = new Set<ChangeObserver>();

  /** `onListenerError` is told what a listener throws, or an observer of changes; the run goes on. */
  constructor(
    private readonly onListenerError: (error: unknown, event: FlamingockEventName | 'change') => void,
  ) {
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

  /**
   * Has `observer` follow each change from inside, for as long as it lasts: the first one is outermost.
   *
   * @returns a function that ends the observation.
   */
  observe(observer: ChangeObserver): () => void {
    this.observers.add(observer);
    return () => this.observers.delete(observer);
  }

  publish<N extends FlamingockEventName>(name: N, event: FlamingockEventMap[N]): void {
    this.emitter.emit(name, event);
  }

  around<T extends object>(change: ObservedChange, work: () => Promise<T>): Promise<T> {
    if (this.observers.size === 0) return work();
    return insideObservers([...this.observers], change, work, (error) =>
      this.onListenerError(error, 'change'),
    );
  }
}
