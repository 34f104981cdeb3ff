import { runInNewContext } from 'node:vm';
import { MAX_STEP_RESULT, stepResult } from './step-result.js';
import { StepResultError } from './step.errors.js';

const kept = (value: unknown): unknown => stepResult('publish', 'upload', value);

describe('what a step returns', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'ü\u0000\u2028'],
    ['a number', -1.5],
    ['a list', [1, [true, 'x'], null]],
    ['an object', { a: { b: [{}] } }],
    ['an object of another realm', runInNewContext('({ a: [1] })')],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 1 })],
  ])('is kept: %s', (_title, value) => {
    expect(JSON.stringify(kept(value))).toBe(JSON.stringify(value));
  });

  it('is a copy, without the properties that have no value', () => {
    const value = { a: [1], b: undefined };
    const copy = kept(value);
    expect(copy).toStrictEqual({ a: [1] });
    value.a.push(2);
    expect(copy).toStrictEqual({ a: [1] });
  });

  const around: unknown[] = [];
  around.push({ again: around });
  it.each([
    ['a date', { at: [new Date(0)] }, 'result.at[0] is an object of class Date'],
    ['an entity', { user: new (class User {})() }, 'result.user is an object of class User'],
    ['a map', new Map(), 'result is an object of class Map'],
    ['a buffer', Buffer.from(''), 'result is an object of class Buffer'],
    ['a gap', [1, undefined], 'result[1] is undefined'],
    ['no number', { a: { b: NaN } }, 'result.a.b is NaN'],
    ['a big integer', 1n, 'result is a bigint'],
    ['a function', { f: () => 1 }, 'result.f is a function'],
    ['a symbol', Symbol('s'), 'result is a symbol'],
    ['itself', around, 'result[0].again contains itself'],
    [
      'what says itself how it is written',
      { toJSON: (): number => 1 },
      'result is an object of class Object',
    ],
  ])('is refused where it has %s', (_title, value, problem) => {
    expect(() => kept(value)).toThrow(StepResultError);
    expect(() => kept(value)).toThrow(
      `What step "upload" of change "publish" returned cannot be recorded: ${problem}`,
    );
  });

  it('may hold the same object twice', () => {
    const one = { a: 1 };
    expect(kept([one, one])).toEqual([one, one]);
  });

  it('is kept up to its largest size, and refused beyond', () => {
    expect(kept('x'.repeat(MAX_STEP_RESULT - 2))).toHaveLength(MAX_STEP_RESULT - 2);
    expect(() => kept('x'.repeat(MAX_STEP_RESULT - 1))).toThrow(
      `it has ${MAX_STEP_RESULT + 1} characters as JSON, and a step keeps ${MAX_STEP_RESULT}`,
    );
  });
});
