import Database from 'better-sqlite3';
import { settingOf, withoutBusyTimeout, type SqliteHandle } from './sqlite-handle.js';

describe('withoutBusyTimeout', () => {
  it('takes the time-out off each time, and gives it back', () => {
    const handle = new Database(':memory:', { timeout: 300 }) as unknown as SqliteHandle;
    const inside: number[] = [];
    for (let time = 0; time < 3; time += 1)
      withoutBusyTimeout(handle, () => inside.push(settingOf(handle, 'busy_timeout')));
    handle.exec('PRAGMA busy_timeout = 700');
    withoutBusyTimeout(handle, () => inside.push(settingOf(handle, 'busy_timeout')));
    expect(inside).toEqual([0, 0, 0, 0]);
    expect(settingOf(handle, 'busy_timeout')).toBe(700);
  });
});
