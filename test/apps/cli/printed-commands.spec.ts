import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { FILES as FROM_FILES } from '../../../libs/cli/src/application/files-source.js';
import { CommandRunner, type CommandWork } from '../../../libs/cli/src/commands/command-runner.js';
import type { Terminal } from '../../../libs/cli/src/output/terminal.js';
import { createProgram } from '../../../libs/cli/src/program.js';
import {
  fixCommand,
  issueCommand,
  redoCommand,
  renameCommand,
  undoToCommand,
} from '../../../libs/core/src/errors/commands.js';

/** What a reader is to put in, as the texts write it. */
const PLACEHOLDERS: readonly [RegExp, string][] = [
  [/\$\{resolution\}/g, 'ROLLED_BACK'],
  [/\$\{[^}]*token[^}]*\}/g, '7'],
  [/\$\{[^}]*\}/g, 'publish-feed'],
  [/\b9f2c…/g, 'a'.repeat(64)],
  [/<seq>:<hash>/g, `12:${'a'.repeat(64)}`],
  [/<(n|token)>/g, '7'],
  [/<[a-z ]+>/g, 'publish-feed'],
];

const terminal: Terminal = {
  input: Object.assign(new PassThrough(), { isTTY: true }),
  output: new PassThrough(),
  messages: Object.assign(new PassThrough(), { isTTY: true }),
  environment: {},
  directory: process.cwd(),
};

/** Parses as the binary does, and does nothing. */
class ParsingRunner extends CommandRunner {
  parsed = 0;

  override action<O extends object>(load: () => Promise<CommandWork<O>>) {
    return async (...given: unknown[]) => {
      const command = given.at(-1) as ReturnType<typeof createProgram>;
      const options = command.optsWithGlobals<O>();
      const { check } = await load();
      check?.(options, this.output, command.args);
      this.parsed++;
    };
  }

  override standalone() {
    return async () => {
      this.parsed++;
    };
  }
}

async function parse(words: readonly string[]): Promise<void> {
  const runner = new ParsingRunner(terminal, FROM_FILES);
  await createProgram(runner, terminal).parseAsync(words, { from: 'user' });
  expect(runner.parsed).toBe(1);
}

/** Splits as a shell does, and runs nothing. */
function wordsOf(command: string): string[] {
  const rest = command.replace(/^(npx --no @nestjs-flamingock\/cli|flamingock) /, '');
  return execFileSync('sh', ['-c', `printf '%s\\0' ${rest}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);
}

function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending) && !/\.spec\.ts$|(^|\/)(dist|node_modules)\//.test(file))
    .map((file) => join(folder, file));
}

/** Commands that a file prints or shows: up to where the text goes on. */
function commandsIn(file: string): string[] {
  const found = readFileSync(file, 'utf8').matchAll(
    /(?<=cliCommand\([`'])[a-z][^`'\n]*|(?:npx --no @nestjs-flamingock\/cli|'flamingock) [a-z](?:<[\w ]+>|[^`'\n#|>;,])*/g,
  );
  return [...found].map(([text]) => {
    const command = PLACEHOLDERS.reduce(
      (result, [from, to]) => result.replace(from, to),
      text.replace(/^'/, ''),
    );
    return command.replace(/\s(shows|lists|tells|prints|says|every)\b.*$/, '').replace(/[\s.,:)]+$/, '');
  });
}

const FILES = [
  'libs/core/src',
  'libs/typeorm/src',
  'libs/cli/src',
  'libs/schematics/src',
  'apps/demo/src',
].flatMap((folder) => filesBelow(folder, '.ts'));
const TEXTS = [
  'README.md',
  'SKILL.md',
  'llms.txt',
  ...['docs', 'libs'].flatMap((folder) => filesBelow(folder, '.md')),
];
const PRINTED = [...FILES, ...TEXTS].flatMap((file) => commandsIn(file).map((command) => [command, file]));

describe('a command that a message prints', () => {
  it.each(PRINTED)('is one: %s (%s)', async (command) => parse(wordsOf(command)));

  it.each(['publish-feed', 'two words', `it's`, '$(reboot)', 'a;b', '-dash'])(
    'is one for the id %j',
    async (id) => {
      await parse(wordsOf(issueCommand(id)));
      await parse(wordsOf(fixCommand(id, 'EXECUTED')));
      await parse(wordsOf(fixCommand(id, 'ROLLED_BACK')));
      await parse(wordsOf(redoCommand(id)));
      await parse(wordsOf(undoToCommand(id)));
      await parse(wordsOf(renameCommand(id, 'shop')));
      await parse(wordsOf(renameCommand('default', id)));
    },
  );

  it("never has npx fetch a package, which may be a stranger's", () => {
    const unsafe = [...FILES, ...TEXTS].filter((file) =>
      /npx (?!--no @nestjs-flamingock\/cli\b)\S*flamingock/.test(readFileSync(file, 'utf8')),
    );
    expect(unsafe).toEqual([]);
  });

  it('is found where it is printed', () => {
    const files = new Set(PRINTED.map(([, file]) => file));
    expect([...files].some((file) => file?.startsWith('libs/core/src'))).toBe(true);
    expect(PRINTED.length).toBeGreaterThan(15);
  });
});
