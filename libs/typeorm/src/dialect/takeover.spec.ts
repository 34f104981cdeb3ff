import { jest } from '@jest/globals';
import { RowHeldError } from '../typeorm.errors.js';
import type { RowHolder } from './server.js';
import { takeOver } from './takeover.js';

const row = {
  table: { name: 'heads', columns: {}, primaryKey: [] },
  service: 'inventory',
  token: 2,
};
const holder: RowHolder = { id: '7', description: 'connection 7 (user app, idle in transaction)' };
const never = new Promise<never>(() => undefined);

describe('waiting for a row that an open transaction holds', () => {
  it('looks at nobody while the write is quick, and passes what it gives or throws', async () => {
    const look = jest.fn<() => Promise<undefined>>();
    await expect(takeOver(row, Promise.resolve(5), look)).resolves.toBe(5);
    await expect(takeOver(row, Promise.reject(new RangeError()), look)).rejects.toBeInstanceOf(RangeError);
    expect(look).not.toHaveBeenCalled();
  });

  it('tells each look whom the one before it has seen', async () => {
    const seen: (RowHolder | undefined)[] = [];
    const waiting = takeOver(
      row,
      never,
      (before) => {
        seen.push(before);
        return Promise.resolve(holder);
      },
      500,
    );
    await expect(waiting).rejects.toBeInstanceOf(RowHeldError);
    expect(seen.slice(0, 2)).toEqual([undefined, holder]);
  });

  it('ends with who is in the way, and why that could not be changed', async () => {
    let looks = 0;
    const waiting = takeOver(
      row,
      never,
      async () => {
        looks += 1;
        if (looks > 1) throw new RangeError('permission denied to terminate process');
        return holder;
      },
      500,
    );
    await expect(waiting).rejects.toThrow(
      /service "inventory" in table heads is held by connection 7 .*permission denied/,
    );
  });
});
