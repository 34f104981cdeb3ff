import { AsyncLocalStorage } from 'node:async_hooks';

/** What some code is part of, and what that is part of in turn. */
interface Frame {
  readonly owner: object;
  readonly value: unknown;
  readonly outer: Frame | undefined;
}

// One for everybody: before Node 24 a storage in use slows every promise of the process down, each a little more.
const storage = new AsyncLocalStorage<Frame | undefined>();
let alive = 0;

// A frame is kept by whatever may still come of what was begun in it: timers, promises, requests, connections.
const collected = new FinalizationRegistry<() => void>((tell) => tell());

/**
 * Calls `work` as part of `value`, and with it everything that comes of it, however late.
 *
 * @param whenGone called once nothing can come of it any more, which is known when the garbage collector
 * has found out. Must not refer to what it is told of.
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
