/** Asked of anything that is passed through a promise, or printed. */
const HARMLESS = ['then', 'constructor', 'toJSON'];

/** Stands in for something that a change may not use: whatever it asks of it is refused with `refusal`. */
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
