import { inputOf } from '../../src/actions/action-fields.js';
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
    expect(bodyOf('fix', CHANGE, {}, 'looked')).toBeUndefined();
    expect(bodyOf('fix', CHANGE, { finding: 'EXECUTED' }, 'looked')).toEqual({
      ...CHANGE,
      resolution: 'EXECUTED',
      reason: 'looked',
    });
  });

  it.each(ACTIONS)('sends what the server takes for %s, whatever else the page knows', (action) => {
    const subject = {
      ...{ ...CHANGE, digest: 'd' },
      ...{ alertId: 'issue-1', targetSystem: 'feed', token: 3 },
    };
    const values = { assignee: 'ann', until: localInput(NOW), resolution: 'EXECUTED', finding: 'EXECUTED' };
    const body = bodyOf(action, subject, values, 'looked');
    expect(inputOf(action, { ...body }, false)).toEqual(body);
  });

  it('leaves out a reason of blanks, so that the server says that one is missing', () => {
    expect(bodyOf('comment', CHANGE, {}, '  \n')).toEqual(CHANGE);
  });

  it('assigns to nobody where the name is empty', () => {
    expect(bodyOf('assign', CHANGE, { assignee: '' }, 'gone')).toMatchObject({ assignee: '' });
  });

  it('sends a time of the reader with its zone, and none that is no time', () => {
    const until = localInput(NOW);
    expect(bodyOf('snooze', CHANGE, { until }, 'later')).toMatchObject({ until: '2030-01-31T12:00:00.000Z' });
    expect(bodyOf('snooze', CHANGE, { until: 'soon' }, 'later')).toBeUndefined();
  });
});
