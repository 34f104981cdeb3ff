import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const PROGRAM = join(process.cwd(), 'test/apps/e2e/dist/apps/e2e/fixtures/faulty-start.js');

/** Starts an application, and gives all that it printed. */
function start(...args: string[]): string {
  const env = { ...process.env, NO_COLOR: '1' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
    encoding: 'utf8',
    env,
  });
  expect(status).toBe(1);
  return stdout + stderr;
}

const countOf = (text: string, part: string) => text.split(part).length - 1;

describe('a start that fails', () => {
  it.each([
    ['two roots', 'import one of them once, in the root module', 'ExceptionHandler'],
    ['a misplaced change', 'names target system "nowhere", which does not exist', 'Flamingock'],
    ['a failing change', 'Start the application again: the change will run again.', 'Flamingock'],
  ])('tells what is wrong once, by the logger of Nest: %s', (what, text, context) => {
    const printed = start(what);
    expect(countOf(printed, text)).toBe(1);
    expect(printed).toMatch(new RegExp(`ERROR \\[${context}\\]`));
    expect(printed).not.toContain('throw new');
    if (what !== 'a failing change') expect(printed).not.toContain('libs/core/dist');
  });

  it('keeps where a change failed', () => {
    expect(start('a failing change')).toMatch(
      /TypeError: told to fail\n +at Failing\.execute \(.*faulty-start/,
    );
  });

  it('tells of an operation that nobody catches by message, cause and who called it, without a line of a bundle', () => {
    const printed = start('a refused undo');
    expect(printed).toMatch(
      /^UndoRefusedError: The undo was refused.*\n {2}- "sound" has no rollback method/m,
    );
    expect(printed).toMatch(/^ {4}at async bootstrap \(.*faulty-start/m);
    expect(printed).toContain("code: 'FLAMINGOCK_UNDO_REFUSED'");
    for (const noise of ['dist/bundle', 'throw new', 'isTransient']) expect(printed).not.toContain(noise);
  });

  it('is told by the error itself where nothing is logged', () => {
    expect(start('a misplaced change', 'silent')).toContain(
      'names target system "nowhere", which does not exist',
    );
  });
});
