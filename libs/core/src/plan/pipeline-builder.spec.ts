import type { ChangeFault } from '../change/change.errors.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { aChange } from '../fixtures/changes.js';
import { SERVICE } from '../fixtures/runs.js';
import { buildPipeline } from './pipeline-builder.js';

const change = (order: string, fields: Partial<ChangeDescriptor> = {}): ChangeDescriptor =>
  aChange({ id: `id-${order}`, className: `Class_${order}`, order, ...fields });
const inOrder = (...orders: string[]) =>
  buildPipeline(
    SERVICE,
    orders.map((order) => change(order)),
    undefined,
  );
const faultsOf = (changes: ChangeDescriptor[], declared?: string[]): readonly ChangeFault[] =>
  buildPipeline(SERVICE, changes, declared).faults;
const layout = (changes: ChangeDescriptor[], declared?: string[]) =>
  buildPipeline(SERVICE, changes, declared).pipeline.stages.map(({ name, changes }) => [
    name,
    ...changes.map(({ order }) => order),
  ]);

describe('stages', () => {
  it('put their changes in order, however they were found', () => {
    expect(layout(['0010', '0009', '0001'].map((order) => change(order)))).toEqual([
      ['main', '0001', '0009', '0010'],
    ]);
  });

  it('compare orders as strings, by code unit and in no language', () => {
    expect(layout(['b', 'a', 'B', 'ä', 'z'].map((order) => change(order)))).toEqual([
      ['main', 'B', 'a', 'b', 'z', 'ä'],
    ]);
  });

  it('run as they are declared', () => {
    const changes = [change('1', { stage: 'a' }), change('2', { stage: 'b' })];
    expect(layout(changes, ['b', 'a'])).toEqual([
      ['b', '2'],
      ['a', '1'],
    ]);
    expect(faultsOf(changes, ['b', 'a'])).toEqual([]);
  });

  it('may be declared and have no changes yet', () => {
    const built = buildPipeline(SERVICE, [change('1')], ['before', 'main']);
    expect(built.faults).toEqual([]);
    expect(built.pipeline.stages.map(({ name }) => name)).toEqual(['before', 'main']);
  });

  it('need no declaration while there is one only', () => {
    expect(faultsOf([change('1'), change('2')])).toEqual([]);
    expect(faultsOf([])).toEqual([]);
  });

  it('need one as soon as there are several', () => {
    const [fault, ...others] = faultsOf([change('1', { stage: 'a' }), change('2', { stage: 'b' })]);
    expect(others).toEqual([]);
    expect(fault?.problem).toMatch(/"a", "b" have no place/);
    expect(fault?.remedy).toContain("stages: ['a', 'b']");
  });

  it('that are misspelt where they are declared are told with the name that was meant', () => {
    const [fault] = faultsOf([change('1', { stage: 'inventory' })], ['schema', 'invetory']);
    expect(fault?.remedy).toMatch(/stages names "invetory": did you mean "inventory"\?$/);
  });

  it('must all be declared if some are', () => {
    const [fault] = faultsOf([change('1', { stage: 'a' }), change('2', { stage: 'b' })], ['b']);
    expect(fault?.problem).toBe('"a" has no place in the order of stages');
  });
});

describe('ids', () => {
  it('are unique in the whole service, whatever the stage', () => {
    const [fault, ...others] = faultsOf(
      [
        change('1', { stage: 'a', id: 'same', className: 'One' }),
        change('2', { stage: 'b', id: 'same', className: 'Two' }),
        change('3', { stage: 'b', id: 'same', className: 'Three' }),
      ],
      ['a', 'b'],
    );
    expect(others).toEqual([]);
    expect(fault).toMatchObject({ where: 'One and Two and Three', problem: 'have the same id "same"' });
    expect(fault?.remedy).not.toBe('');
  });

  it('are told apart by case', () => {
    expect(faultsOf([change('1', { id: 'a' }), change('2', { id: 'A' })])).toEqual([]);
  });
});

describe('orders', () => {
  it('are unique in a stage', () => {
    const [fault, ...others] = faultsOf([
      change('0001', { id: 'a', className: 'One' }),
      change('0001', { id: 'b', className: 'Two' }),
    ]);
    expect(others).toEqual([]);
    expect(fault).toMatchObject({
      where: 'One and Two',
      problem: 'have the same order "0001" in stage "main"',
    });
  });

  it('may repeat in another stage', () => {
    expect(
      faultsOf([change('1', { id: 'a', stage: 'a' }), change('1', { id: 'b', stage: 'b' })], ['a', 'b']),
    ).toEqual([]);
  });

  it.each([
    ['9', '10'],
    ['0009', '00010'],
    ['1', '2', '10'],
    ['v9', 'v10'],
    ['9-add', '10-fill'],
    ['9-fill', '10-add'],
    ['2024-9-1', '2024-10-1'],
    ['1', '10', '9', '99', '100'],
  ])('that sort otherwise than people read them are a fault: %s, %s', (...orders) => {
    const { faults } = inOrder(...orders);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ where: 'stage "main"' });
    expect(faults[0]?.problem).toMatch(/sorts before/);
    expect(faults[0]?.remedy).toMatch(/same width/);
  });

  it.each([
    ['0009', '0010'],
    ['1', '2', '3'],
    ['a', 'B', 'c'],
    ['2024-01-31', '2024-02-01', '2024-12-01'],
    ['20240131T1010', '20240131T1011'],
    ['0001', '0001-fix', '0002'],
    ['0001_b', '0001-a', '0002'],
    ['v1.0.0', 'v1.0.1', 'v1.1.0'],
    ['09', '0a', '0f', '10', '1a'],
    ['01J9ZX10AAAAAAAAAAAAAAAAAA', '01J9ZX9BAAAAAAAAAAAAAAAAAA'],
  ])('of one width are none: %s, %s', (...orders) => {
    expect(inOrder(...orders).faults).toEqual([]);
  });
});

describe('several faults', () => {
  it('are all told', () => {
    const faults = faultsOf([
      change('9', { id: 'same' }),
      change('10', { id: 'same' }),
      change('1', { stage: 'b' }),
      change('1', { stage: 'b', id: 'x' }),
    ]);
    expect(faults.map(({ problem }) => problem)).toEqual([
      expect.stringMatching(/no place/),
      expect.stringMatching(/same id/),
      expect.stringMatching(/same order|sorts before/),
      expect.stringMatching(/same order|sorts before/),
    ]);
  });
});
