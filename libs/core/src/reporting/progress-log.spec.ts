import { ProgressLog } from './progress-log.js';

let log: ProgressLog;
beforeEach(() => {
  log = new ProgressLog();
});
const dueSeconds = (about: string, upTo: number) =>
  Array.from({ length: upTo }, (_, second) => second + 1).filter((second) => log.isDue(about, second * 1000));

describe('the log of progress', () => {
  it('has nothing of what is short, then a line at growing intervals', () => {
    expect(dueSeconds('a', 200)).toEqual([5, 10, 20, 40, 80, 140, 200]);
  });

  it('begins anew with the next change', () => {
    dueSeconds('a', 100);
    expect(dueSeconds('b', 10)).toEqual([5, 10]);
  });

  it('knows whether it has had a line since it was asked last', () => {
    expect(log.takeTold()).toBe(false);
    log.isDue('a', 5000);
    expect([log.takeTold(), log.takeTold()]).toEqual([true, false]);
  });
});
