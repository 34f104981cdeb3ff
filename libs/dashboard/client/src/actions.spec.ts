import { ACTIONS } from '../../src/api/contract.js';
import { ACTION_WORDS, bodyOf, initialValues, localInput } from './actions.js';

const CHANGE = { changeId: 'publish', seq: 7 };
const NOW = Date.parse('2030-01-31T12:00:00Z');

describe('what pages ask before an action', () => {
  it('has words for each action, and for no other', () => {
    expect(Object.keys(ACTION_WORDS).sort()).toEqual([...ACTIONS].sort());
  });

  it('asks for a finding that nobody has filled in for the reader', () => {
    expect(initialValues('fix', { name: 'ann', now: NOW })).toEqual({});
    expect(bodyOf(CHANGE, {}, 'finding', 'looked')).toBeUndefined();
    expect(bodyOf(CHANGE, { finding: 'EXECUTED' }, 'finding', 'looked')).toEqual({
      ...CHANGE,
      resolution: 'EXECUTED',
      reason: 'looked',
    });
  });

  it('leaves out a reason of blanks, so that the server says that one is missing', () => {
    expect(bodyOf(CHANGE, {}, undefined, '  \n')).toEqual(CHANGE);
  });

  it('assigns to nobody where the name is empty', () => {
    expect(bodyOf(CHANGE, { assignee: '' }, 'assignee', 'gone')).toMatchObject({ assignee: '' });
  });

  it('sends a time of the reader with its zone, and none that is no time', () => {
    const until = localInput(NOW);
    expect(bodyOf(CHANGE, { until }, 'until', 'later')).toMatchObject({ until: '2030-01-31T12:00:00.000Z' });
    expect(bodyOf(CHANGE, { until: 'soon' }, 'until', 'later')).toBeUndefined();
  });
});
