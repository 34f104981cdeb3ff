import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import ts from 'typescript';
import { FILES } from '../../libs/cli/src/application/files-source.js';
import { CommandRunner } from '../../libs/cli/src/commands/command-runner.js';
import type { Terminal } from '../../libs/cli/src/output/terminal.js';
import { createProgram } from '../../libs/cli/src/program.js';

const streams = { input: new PassThrough(), output: new PassThrough(), messages: new PassThrough() };
const terminal: Terminal = { ...streams, environment: {}, directory: process.cwd() };
const program = createProgram(new CommandRunner(terminal, FILES), terminal);

type Command = ReturnType<typeof createProgram>;

/** Of npm, not of ours. */
const FOREIGN_OPTIONS = ['--no', '--help'];

const withAll = (command: Command): Command[] => [command, ...command.commands.flatMap(withAll)];
const optionsOf = (commands: readonly Command[]) =>
  commands.flatMap(({ options }) => options.flatMap(({ short, long }) => [short, long]));
const inlineCode = (text: string) =>
  [...text.replace(/^```[^]*?^```$/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
const fencesOf = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'gm'))].map(([, code = '']) => code);

/** The command that words name, and what they say beyond its name. */
function commandOf(words: readonly string[], from = program): { command: Command; rest: readonly string[] } {
  const next = from.commands.find(
    (command) => command.name() === words[0] || command.aliases().includes(words[0]!),
  );
  return next ? commandOf(words.slice(1), next) : { command: from, rest: words };
}

describe.each(['llms.txt', 'SKILL.md'])('%s', (file) => {
  const text = readFileSync(file, 'utf8');
  const code = inlineCode(text).map((words) =>
    words.replace('npx --no @nestjs-flamingock/cli ', '').split(' '),
  );

  it('names commands that are there, with options that they have', () => {
    const named = code.filter(([first]) => commandOf([first!]).command !== program);
    for (const words of named) {
      const { command, rest } = commandOf(words);
      const known = optionsOf([command, program]);
      expect({ words, isWhole: command.commands.length === 0 }).toEqual({ words, isWhole: true });
      expect(rest.filter((word) => word.startsWith('-') && !known.includes(word))).toEqual([]);
    }
    expect(named.length).toBeGreaterThan(3);
  });

  it('names no option that no command has', () => {
    const known = [...optionsOf(withAll(program)), ...FOREIGN_OPTIONS];
    const named = code.flat().filter((word) => /^--[a-z]/.test(word));
    expect(named.filter((word) => !known.includes(word))).toEqual([]);
  });

  it('names decorators and modules that are exported', () => {
    const report = readFileSync('docs/api/core.api.md', 'utf8');
    const named = inlineCode(text).flatMap(
      (words) => /^@?(Flamingock\w+|[A-Z]\w+)(?=[.(]|$)/.exec(words)?.[1] ?? [],
    );
    const ours = named.filter(
      (name) => !['EntityManager', 'ClientSession', 'Inject'].includes(name) && /[a-z]/.test(name),
    );
    expect(ours.filter((name) => !new RegExp(`^export .*\\b${name}\\b`, 'm').test(report))).toEqual([]);
    expect(ours.length).toBeGreaterThan(2);
  });
});

describe('the code of SKILL.md', () => {
  const folder = join(resolve('.tmp'), 'skill');
  beforeAll(() => mkdirSync(folder, { recursive: true }));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What of an application the text takes for granted. */
  const APPLICATION = {
    'src/feed.ts':
      'export class Feed { async publish(): Promise<void> {} async withdraw(): Promise<void> {} }',
    'src/feed.module.ts': 'export class FeedModule {}',
  };

  it('compiles against the sources of the libraries', () => {
    const root = mkdtempSync(join(folder, 'run-'));
    const files = fencesOf(readFileSync('SKILL.md', 'utf8'), 'ts').map((code) => [
      /^\/\/ (\S+)\n/.exec(code)![1]!,
      code,
    ]);
    for (const [file, code] of [...files, ...Object.entries(APPLICATION)]) {
      mkdirSync(dirname(join(root, file!)), { recursive: true });
      writeFileSync(join(root, file!), code!);
    }
    const config = ts.getParsedCommandLineOfConfigFile(
      'tsconfig.json',
      { noEmit: true },
      {
        ...ts.sys,
        onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
          throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
        },
      },
    );
    const compiled = ts.createProgram(
      files.map(([file]) => join(root, file!)),
      config!.options,
    );
    const own = compiled.getSourceFiles().filter(({ fileName }) => fileName.startsWith(root));
    const found = own.flatMap((file) => [
      ...compiled.getSyntacticDiagnostics(file),
      ...compiled.getSemanticDiagnostics(file),
    ]);
    const faults = found.map(({ file, messageText }) => ({
      file: file?.fileName.replace(`${root}/`, ''),
      message: ts.flattenDiagnosticMessageText(messageText, '\n'),
    }));
    expect(faults).toEqual([]);
    expect(files.length).toBeGreaterThan(3);
  }, 180_000);
});
