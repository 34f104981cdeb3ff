import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const PROGRAM = join(process.cwd(), 'test/apps/e2e/dist/apps/e2e/fixtures/unawaited.js');

/** Starts an application whose change forgets an `await`, and gives all that it printed. */
function start(what: string, target = 'database') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, what, target], {
    encoding: 'utf8',
  });
  return { status, printed: stdout + stderr };
}

const countOf = (text: string, part: string) => text.split(part).length - 1;

describe('a change that forgets an await', () => {
  it('does not end the process by a statement that is refused later, which is told once', () => {
    const { status, printed } = start('a statement that comes after its end');
    expect(printed).toContain('started, and lives');
    expect(countOf(printed, 'Change "forgetful" has ended, and left something behind')).toBe(1);
    expect(status).toBe(0);
  });

  it.each([
    ['a statement that fails', 'database', /could not be cloned/],
    ['a call that fails before its end', 'files', /forgotten and failed/],
  ])('fails by it, and does not end the process: %s, on target system %s', (what, target, text) => {
    const { status, printed } = start(what, target);
    expect(printed).toContain('refused to start, and lives');
    expect(printed).toMatch(
      /Change "forgetful": something that execute\(\) began and did not await has failed/,
    );
    expect(printed).toMatch(text);
    expect(status).toBe(0);
  });

  it('fails by a statement on its way, which fails as well, and does not end the process', () => {
    const { status, printed } = start('a statement that fails after its end');
    expect(printed).toContain('refused to start, and lives');
    expect(printed).toContain('execute() returned while 1 statement was running');
    expect(status).toBe(0);
  });

  it('leaves to Node what is no part of it', () => {
    const { status, printed } = start('a call of somebody else');
    expect(printed).toMatch(/RangeError: foreign and failed/);
    expect(printed).not.toContain('and lives');
    expect(status).toBe(1);
  });
});
