/** Asked of anything that is passed through a promise, or printed. */
const HARMLESS = ['then', 'constructor', 'toJSON'];

/** Stands in for a handle that a change may not use: every use of it is refused with `refusal`. */
export function refusedHandle(refusal: () => Error): object {
  return new Proxy(
    {},
    {
      get(_, key) {
        if (typeof key === 'symbol' || HARMLESS.includes(key)) return undefined;
        throw refusal();
      },
    },
  );
}
