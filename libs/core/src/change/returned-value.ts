import { isObservable, type Observable } from 'rxjs';
import { LazyResultError } from './change.errors.js';
import type { ChangeContext } from './change-context.js';

/** A call of a change's method, which gave something back. */
export interface ReturningCall {
  readonly methodName: string;
  readonly context: Pick<ChangeContext, 'changeId' | 'signal'>;
  /** What the method was given: it may give that back. */
  readonly given: readonly unknown[];
}

type Members = Readonly<Record<PropertyKey, unknown>>;

/**
 * Waits for all that is under way in the result of a method: promises and other thenables, Observables, which
 * are subscribed to, and arrays of them. The values of an Observable are waited for like any other.
 *
 * @throws LazyResultError for a result that does nothing until other code runs it; the error of a promise or Observable.
 */
export async function settleReturned(returned: unknown, call: ReturningCall): Promise<void> {
  if (!isObject(returned) || call.given.includes(returned)) return;
  const value: unknown = isFunction(returned['then']) && isThenable(returned) ? await returned : returned;
  if (!isObject(value) || call.given.includes(value)) return;
  if (Array.isArray(value)) return settleAll(value, call);
  if (isObservable(value)) return settleAll(await settlingsOf(value, call), call);
  const line = lineFor(value);
  if (line === undefined) return;
  throw new LazyResultError(call.context.changeId, call.methodName, describe(value), line);
}

/** Waits also for those after one that fails, so that nothing that was begun is still under way. */
async function settleAll(values: readonly unknown[], call: ReturningCall): Promise<void> {
  const settled = await Promise.allSettled(values.filter(isObject).map((one) => settleReturned(one, call)));
  const failed = settled.find(({ status }) => status === 'rejected');
  if (failed) throw (failed as PromiseRejectedResult).reason;
}

/** Subscribes, and resolves, once the Observable is complete, to the work that its values began. Aborting the change unsubscribes. */
function settlingsOf(source: Observable<unknown>, call: ReturningCall): Promise<Promise<void>[]> {
  const { signal } = call.context;
  const settlings: Promise<void>[] = [];
  return new Promise<Promise<void>[]>((resolve, reject) => {
    const subscription = source.subscribe({
      next: (value) => {
        if (!isObject(value)) return;
        const settling = settleReturned(value, call);
        // Looked at in the end.
        settling.catch(() => undefined);
        settlings.push(settling);
      },
      error: reject,
      complete: () => resolve(settlings),
    });
    const stop = (): void => {
      subscription.unsubscribe();
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the reason is passed on unchanged
      reject(signal.reason);
    };
    subscription.add(() => signal.removeEventListener('abort', stop));
    if (signal.aborted) stop();
    else if (!subscription.closed) signal.addEventListener('abort', stop);
  });
}

/** What to write instead of giving it back, if it does nothing by itself. */
function lineFor(value: Members): string | undefined {
  if (isFunction(value)) return 'await work();';
  if (isFunction(value['pipe']) && isFunction(value['on'])) {
    return isOver(value) ? undefined : "await pipeline(source, destination); // of 'node:stream/promises'";
  }
  if (isFunction(value['next']) || isFunction(value[Symbol.asyncIterator])) {
    return isOver(value) ? undefined : 'for await (const one of made) await work(one);';
  }
  if (isFunction(value['subscribe'])) return "await lastValueFrom(from(made)); // of 'rxjs'";
  const run = ['execute', 'exec'].find((name) => isFunction(value[name]));
  return run === undefined || value instanceof RegExp ? undefined : `await query.${run}();`;
}

/** True for a stream or cursor of which nothing is left to come. */
function isOver({ destroyed, closed, readableEnded, writableFinished }: Members): boolean {
  if (destroyed === true || closed === true) return true;
  const sides = [readableEnded, writableFinished].filter((side) => side !== undefined);
  return sides.length > 0 && sides.every(Boolean);
}

/** What came back, by the name of its class. */
function describe(value: Members): string {
  if (isFunction(value)) return `the function ${value.name || '() => …'}`;
  const tag: unknown = value[Symbol.toStringTag];
  const { constructor } = value;
  const className = isFunction(constructor) ? constructor.name : '';
  const unnamed = typeof tag === 'string' ? tag : 'object';
  const name = className === '' || className === 'Object' ? unnamed : className;
  return `${/^[aeiou]/i.test(name) ? 'an' : 'a'} ${name}`;
}

function isFunction(value: unknown): value is Members & ((...args: never[]) => unknown) {
  return typeof value === 'function';
}

function isThenable(value: object): value is PromiseLike<unknown> {
  return 'then' in value && isFunction(value.then);
}

function isObject(value: unknown): value is Members {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
