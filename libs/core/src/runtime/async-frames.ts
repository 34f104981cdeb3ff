import { AsyncLocalStorage } from 'node:async_hooks';

/** The context that code runs in, and the context around it. */
interface Frame {
  readonly owner: object;
  readonly value: unknown;
  readonly outer: Frame | undefined;
}

// One for all users: before Node 24 a storage in use slows every promise of the process down, each a little more.
const storage = new AsyncLocalStorage<Frame | undefined>();
let alive = 0;

// Everything that was begun in a frame and may still call back keeps the frame: timers, promises, requests, connections.
const collected = new FinalizationRegistry<() => void>((tell) => tell());

/**
 * Calls `work` as part of `value`, and with it all code that `work` begins, however late.
 *
 * @param whenGone called once no such code can run any more, which is known when the garbage collector
 * has collected the frame. Must not refer to `value` or `work`.
 */
export function within<T>(owner: object, value: unknown, work: () => T, whenGone: () => void): T {
  const frame: Frame = { owner, value, outer: storage.getStore() };
  alive += 1;
  collected.register(frame, goneBy(whenGone));
  return storage.run(frame, work);
}

/** Apart from the frame, to which a closure beside it could refer. */
function goneBy(whenGone: () => void): () => void {
  return () => {
    alive -= 1;
    if (alive === 0) storage.disable();
    whenGone();
  };
}

/** What the code that calls this is part of, as far as `owner` has said. */
export function partOf(owner: object): unknown {
  let frame = alive === 0 ? undefined : storage.getStore();
  while (frame && frame.owner !== owner) frame = frame.outer;
  return frame?.value;
}

/** Calls `work` as part of nothing, wherever this is called. */
export function detached<T>(work: () => T): T {
  return alive === 0 || storage.getStore() === undefined ? work() : storage.run(undefined, work);
}
