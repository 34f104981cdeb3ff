import { AsyncLocalStorage } from 'node:async_hooks';
import { jest } from '@jest/globals';
import { hasTurn, takeTurn } from './statement-turn.js';

describe('the turn of a transaction', () => {
  it('has whatever its statement leads to, and nothing else', async () => {
    const [mine, other] = [{}, {}];
    const seen = await takeTurn(mine, async () => {
      await Promise.resolve();
      return [hasTurn(mine), hasTurn(other)];
    });
    expect([...seen, hasTurn(mine)]).toEqual([true, false, false]);
  });

  it('leaves no storage in use, which slows every promise down, once no statement is run any more', async () => {
    const disable = jest.spyOn(AsyncLocalStorage.prototype, 'disable');
    let end = (): void => undefined;
    const long = takeTurn({}, () => new Promise<void>((resolve) => (end = resolve)));
    await takeTurn({}, () => Promise.resolve());
    expect(disable).not.toHaveBeenCalled();
    end();
    await long;
    expect(disable).toHaveBeenCalledTimes(1);
  });
});
