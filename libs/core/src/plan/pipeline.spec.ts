import { InMemoryTargetSystem } from '@nestjs-flamingock/testing';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { ChangeSource } from '../change/fingerprint.js';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { createPipeline } from './pipeline.js';

const digest = (
  fields: Partial<ChangeDescriptor> = {},
  stage = 'main',
  more: ChangeDescriptor[] = [],
): string => createPipeline('inventory', [{ name: stage, changes: [aChange(fields), ...more] }]).digest;

describe('the digest of a pipeline', () => {
  it('is the same for the same code', () => {
    expect(digest()).toBe(digest());
  });

  it.each<[string, string]>([
    ['an id', digest({ id: 'other' })],
    ['an order', digest({ order: '0002' })],
    ['a target system', digest({ target: new InMemoryTargetSystem('other') })],
    ['whether a change is transactional', digest({ transactional: true })],
    ['an author', digest({ author: 'ann' })],
    ['a class', digest({ className: 'Renamed' })],
    ['the code of a method', digest({ source: new ChangeSource(() => ['execute() {}']) })],
    ['a recovery strategy', digest({ recovery: 'ALWAYS_RETRY' })],
    ['the name of a stage', digest({}, 'other')],
    ['a change more', digest({}, 'main', [aChange({ id: 'more', order: '0002' })])],
    ['no change', createPipeline('inventory', []).digest],
  ])('changes with %s', (_what, other) => {
    expect(other).not.toBe(digest());
  });

  it('does not change with what no plan depends on', () => {
    expect(digest({ execution: changeMethod(() => 1), timeoutMs: 5 })).toBe(digest());
  });

  it('tells stages apart whose changes are the same together', () => {
    const [a, b] = [aChange({ id: 'a' }), aChange({ id: 'b', order: '0002' })];
    const one = createPipeline('inventory', [
      { name: 'x', changes: [a, b] },
      { name: 'y', changes: [] },
    ]);
    const two = createPipeline('inventory', [
      { name: 'x', changes: [a] },
      { name: 'y', changes: [b] },
    ]);
    expect(one.digest).not.toBe(two.digest);
  });
});
