import { detached, partOf, within } from './async-frames.js';

describe('what code is part of', () => {
  it('is nothing where it is detached, and nothing that another owner has said', () => {
    const [mine, theirs] = [{}, {}];
    const gone = (): void => undefined;
    const found = within(mine, 1, () => [partOf(mine), partOf(theirs), detached(() => partOf(mine))], gone);
    expect(found).toEqual([1, undefined, undefined]);
  });
});
