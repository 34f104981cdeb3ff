import { execFileSync } from 'node:child_process';
import { fixCommand, issueCommand } from './commands.js';

describe('commands in messages', () => {
  it('are those of the command line', () => {
    expect(fixCommand('publish-feed', 'EXECUTED')).toBe(
      'npx --no @nestjs-flamingock/cli audit fix -c publish-feed --resolution EXECUTED --reason "…"',
    );
    expect(issueCommand('publish-feed')).toBe(
      'npx --no @nestjs-flamingock/cli issue get -c publish-feed --guidance',
    );
  });

  it.each(['a b', `o'Hara`, 'a "b" \\c', '$HOME', '`id`', 'a;b', '*', '~', 'größe', '!x'])(
    'keep the id %s in one word of a shell',
    (id) => {
      const script = `npx() { printf %s "$6"; }; ${fixCommand(id, 'EXECUTED')}`;
      expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe(id);
    },
  );
});
