import { failureOf } from '../fixtures/runs.js';
import { assertContext, operatorMetadata, operatorOf, type OperationContext } from './operation-context.js';
import { InvalidRequestError } from './operation.errors.js';

const refusalOf = async (context: unknown) =>
  (await failureOf(
    Promise.resolve().then(() => assertContext(context as OperationContext)),
  )) as InvalidRequestError;

describe('the context of an operation', () => {
  it('takes a plain text for the name of a human, and records it as it always was', () => {
    const context = { actor: 'ann', reason: 'looked into the bucket' };
    assertContext(context);
    expect(operatorMetadata(context)).toEqual({ by: 'ann', reason: 'looked into the bucket' });
    expect(operatorOf(context)).toEqual({
      actor: { kind: 'human', name: 'ann' },
      reason: 'looked into the bucket',
    });
  });

  it('records kind and means of an actor that says them', () => {
    const actor = { kind: 'ci', name: 'deploy', via: 'cli' } as const;
    assertContext({ actor });
    expect(operatorMetadata({ actor })).toEqual({ by: 'deploy', actorKind: 'ci', via: 'cli' });
    expect(operatorMetadata({ actor: { kind: 'service', name: 'shop' } })).toEqual({
      by: 'shop',
      actorKind: 'service',
    });
    expect(operatorOf({ actor })).toEqual({ actor, reason: undefined });
  });

  it('records nothing where nothing is given', () => {
    expect(() => assertContext({})).not.toThrow();
    expect(operatorMetadata({ waitMs: 0 })).toEqual({});
    expect(operatorOf({})).toEqual({ actor: undefined, reason: undefined });
  });

  it('records of a reason what every store can hold', () => {
    expect(operatorMetadata({ reason: 'half \uD800' })).toEqual({ reason: 'half \uFFFD' });
  });

  it('refuses everything that is wrong at once', async () => {
    const actor = { kind: 'robot', name: ' ', via: 'two\nlines' };
    const error = await refusalOf({ actor, reason: '', waitMs: -1 });
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect(error.faults.map(({ field }) => field)).toEqual([
      'actor.kind',
      'actor.name',
      'actor.via',
      'reason',
      'waitMs',
    ]);
    for (const { field, problem } of error.faults) expect(error.message).toContain(`"${field}" ${problem}`);
    expect(error.message).toContain('one of human, ci, agent, service, not "robot"');
  });

  it.each([
    { actor: '' },
    { actor: 'x'.repeat(256) },
    { actor: 7 },
    { actor: null },
    { actor: { kind: 'human' } },
    { actor: { kind: 'toString', name: 'ann' } },
    { reason: ' ' },
    { reason: 'x'.repeat(4_001) },
    { reason: 7 },
    { waitMs: NaN },
    { waitMs: '1000' },
  ])('refuses %j', async (context) => {
    expect((await refusalOf(context)).faults).toHaveLength(1);
  });

  it.each([{ actor: 'x'.repeat(255) }, { reason: 'x'.repeat(4_000) }, { waitMs: 0 }, { waitMs: Infinity }])(
    'takes what is just within its limits',
    (context) => {
      expect(() => assertContext(context)).not.toThrow();
    },
  );
});
