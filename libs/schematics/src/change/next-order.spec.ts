import { nextOrder } from './next-order.js';

describe('the next order', () => {
  it.each([
    [[], '0001'],
    [['0001', '0003', '0002'], '0004'],
    [['0009'], '0010'],
    [['1', '2'], '3'],
    [['20240131-2'], '20240131-3'],
    [['r08'], 'r09'],
  ])('after %j is %s', (orders, expected) => expect(nextOrder(orders)).toBe(expected));

  it.each([[['9']], [['0999', '9999']], [['last']]])('after %j is none that sorts behind it', (orders) =>
    expect(nextOrder(orders)).toBeUndefined(),
  );
});
