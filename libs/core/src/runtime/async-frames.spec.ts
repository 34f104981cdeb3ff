import { collectGarbage } from '../../../../test/support/collect-garbage.js';
import { watchStorage } from '../../../../test/support/storage-use.js';
import { partOf, within } from './async-frames.js';

const OWNER = {};

/** Begins a frame that lasts until its timer is stopped. */
function startFrame(whenGone: () => void): () => void {
  let timer: NodeJS.Timeout | undefined = within(
    OWNER,
    'mine',
    () => setInterval(() => undefined, 60_000),
    whenGone,
  );
  return () => {
    clearInterval(timer);
    timer = undefined;
  };
}

describe('the storage of frames', () => {
  it('is in use, which slows every promise down, until no code of any frame can run any more', async () => {
    const timesDisabled = watchStorage();
    const gone: string[] = [];
    const [stopFirst, stopLast] = ['first', 'last'].map((name) => startFrame(() => gone.push(name)));
    stopFirst?.();
    await collectGarbage(() => gone.length > 0);
    expect([gone, timesDisabled()]).toEqual([['first'], 0]);
    stopLast?.();
    await collectGarbage(() => gone.length > 1);
    expect([gone, timesDisabled()]).toEqual([['first', 'last'], 1]);
    expect(
      within(
        OWNER,
        'again',
        () => partOf(OWNER),
        () => undefined,
      ),
    ).toBe('again');
  });
});
