import type { RecordedSteps } from '../audit/step-records.js';
import { describeSteps, stepStates } from './step-states.js';

const recorded = (...steps: RecordedSteps['steps']): RecordedSteps => ({ execution: 'e', steps });
const STARTED = { state: 'STARTED', metadata: {} } as const;
const failed = (metadata: Record<string, string> = {}) => ({ state: 'EXECUTION_FAILED', metadata }) as const;
const NAMES = ['a', 'b', 'c'];
const states = (...of: Parameters<typeof stepStates>): string[] =>
  stepStates(...of).map(({ name, state }) => `${name} ${state}`);

describe('the states of steps', () => {
  it('take the first that is not recorded for the one that may have begun, where nothing says which', () => {
    expect(states(STARTED, recorded({ name: 'a' }), NAMES)).toEqual([
      'a done',
      'b may-have-begun',
      'c not-begun',
    ]);
  });

  it('take the one that failed', () => {
    expect(states(failed({ inFlight: 'c' }), recorded({ name: 'a' }), NAMES)).toEqual([
      'a done',
      'b not-begun',
      'c may-have-begun',
    ]);
    expect(states(failed({ inFlight: 'copy 7' }), recorded(), [])).toEqual(['copy 7 may-have-begun']);
  });

  it('take none where it ended between two of them', () => {
    expect(states(failed(), recorded({ name: 'a' }), NAMES)).toEqual([
      'a done',
      'b not-begun',
      'c not-begun',
    ]);
  });

  it('tell what was taken back, and what may have been', () => {
    const steps = recorded({ name: 'a' }, { name: 'b', state: 'undoing' }, { name: 'c', state: 'undone' });
    expect(states(failed(), steps, NAMES)).toEqual(['a done', 'b may-have-begun', 'c undone']);
  });

  it('are told in words', () => {
    const steps = recorded({ name: 'a' }, { name: 'b', state: 'undoing' }, { name: 'c', state: 'undone' });
    expect(describeSteps(stepStates(failed(), steps, ['d']))).toBe(
      'done "a"; taken back "c"; may have begun "b"; not begun "d"',
    );
    expect(describeSteps([])).toBe('none is done');
  });
});
