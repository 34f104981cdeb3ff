import { spawnSync } from 'node:child_process';
import { flamingock } from './flamingock.js';

let script: string;
beforeAll(async () => {
  script = (await flamingock(['completion', 'bash'])).stdout;
});

/** What bash offers where these words are typed and the last is to be completed. */
function offered(...words: string[]): string[] {
  const typed = ['flamingock', ...words].map((word) => `'${word}'`).join(' ');
  const ask = `COMP_WORDS=(${typed}); COMP_CWORD=${words.length}; __flamingock_complete; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', `${script}\n${ask}`], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

describe('completion in bash', () => {
  it('offers commands, also under a name of several, and options', () => {
    expect(offered('')).toEqual(expect.arrayContaining(['plan', 'apply', 'redo', 'status', '--json']));
    expect(offered('au')).toEqual(['audit']);
    expect(offered('audit', '')).toEqual(expect.arrayContaining(['fix', 'ls', 'verify']));
    expect(offered('--json', 'audit', 'fix', '--res')).toEqual(['--resolution']);
    expect(offered('plan', '--')).toEqual(expect.arrayContaining(['--exit-code', '--module', '--verbose']));
    expect(offered('plan', '')).not.toContain('audit');
  });

  it('offers the values of what is one of a few', () => {
    expect(offered('audit', 'fix', '--resolution', '')).toEqual(['EXECUTED', 'ROLLED_BACK']);
    expect(offered('audit', 'export', '--format', 'c')).toEqual(['csv']);
    expect(offered('completion', 'f')).toEqual(['fish']);
  });

  it('offers files where an option takes any text', () => {
    expect(offered('--module', 'tsconfig.bas')).toEqual(['tsconfig.base.json']);
    expect(offered('undo', '-c', 'no such change')).toEqual([]);
  });
});

it.each([
  ['zsh', /^#compdef flamingock\n.*^_bash_complete -F __flamingock_complete$/ms],
  [
    'fish',
    /^complete -c flamingock .*__flamingock_at "audit fix".* -l resolution -x -a 'EXECUTED ROLLED_BACK'/m,
  ],
])('completion in %s is made from the same commands', async (shell, says) => {
  expect(await flamingock(['completion', shell])).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(says) as string,
  });
});

it('completion names the shells that it knows', async () => {
  const { code, stderr } = await flamingock(['completion', 'tcsh']);
  expect(code).toBe(2);
  expect(stderr).toContain('bash, zsh, fish');
});
