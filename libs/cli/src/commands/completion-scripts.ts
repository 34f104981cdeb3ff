import type { Command, Option } from 'commander';
import type { Shell } from './completion.command.js';

/** What can follow the words of a command. */
interface Node {
  /** The words, as `audit fix`; empty for the program itself. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly what: string }[];
  readonly options: readonly { readonly flags: readonly string[]; readonly what: string }[];
  /** Values of an argument. */
  readonly words: readonly string[];
  /** Values of options that have a closed set of them, by flag; none where any text will do. */
  readonly values: Readonly<Record<string, readonly string[]>>;
}

/** The script that a shell loads to complete what the program has. */
export function completionScript(shell: Shell, program: Command): string {
  const nodes = nodesOf(program, '');
  switch (shell) {
    case 'bash':
      return bash(nodes);
    case 'zsh':
      return zsh(nodes);
    case 'fish':
      return fish(nodes);
  }
}

function nodesOf(command: Command, path: string): Node[] {
  const help = command.createHelp();
  const options = [...help.visibleOptions(command), ...globalOptions(command)];
  const commands = help
    .visibleCommands(command)
    .filter((one) => one.name() !== 'help')
    .flatMap((one) => [one.name(), ...one.aliases()].map((name) => ({ name, one })));
  const node: Node = {
    path,
    commands: commands.map(({ name, one }) => ({ name, what: one.description() })),
    options: options.map((option) => ({ flags: flagsOf(option), what: option.description })),
    words: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
    values: Object.fromEntries(
      options
        .filter((option) => option.required || option.optional)
        .flatMap((option) => flagsOf(option).map((flag) => [flag, option.argChoices ?? []])),
    ),
  };
  return [node, ...commands.flatMap(({ name, one }) => nodesOf(one, `${path} ${name}`.trim()))];
}

function globalOptions({ parent }: Command): readonly Option[] {
  return parent ? [...parent.options, ...globalOptions(parent)] : [];
}

function flagsOf({ short, long }: Option): string[] {
  return [short, long].filter((flag) => flag !== undefined);
}

/** After an option that takes any text, files are completed. */
function bash(nodes: readonly Node[]): string {
  const paths = nodes.filter(({ path }) => path !== '').map(({ path }) => `"${path}"`);
  const takesText = nodes.flatMap(({ path, values }) =>
    Object.entries(values).map(([flag, words]) => `    "${path}:${flag}") values="${words.join(' ')}" ;;`),
  );
  const offers = nodes.map(({ path, commands, options, words }) => {
    const all = [...commands.map(({ name }) => name), ...words, ...options.flatMap(({ flags }) => flags)];
    return `    "${path}") words="${all.join(' ')}" ;;`;
  });
  return `__flamingock_complete() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path="" word next words="" values=none
  for word in "\${COMP_WORDS[@]:1:$((COMP_CWORD-1))}"; do
    next="\${path:+$path }$word"
    case "$next" in
    ${paths.join(' | ')}) path="$next" ;;
    esac
  done
  case "$path:$previous" in
${takesText.join('\n')}
  esac
  if [ "$values" = "" ]; then
    COMPREPLY=($(compgen -f -- "$current"))
    return
  fi
  case "$path" in
${offers.join('\n')}
  esac
  [ "$values" = none ] || words="$values"
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F __flamingock_complete flamingock`;
}

/** zsh loads the file at the first use, and answers that one, too. */
function zsh(nodes: readonly Node[]): string {
  return [
    '#compdef flamingock',
    'autoload -Uz bashcompinit && bashcompinit',
    bash(nodes),
    '_bash_complete -F __flamingock_complete',
  ].join('\n');
}

function fish(nodes: readonly Node[]): string {
  const lines = nodes.flatMap((node) => {
    const here = `-n '__flamingock_at ${quoted(node.path)}'`;
    return [
      ...node.commands.map(
        ({ name, what }) => `complete -c flamingock -f ${here} -a ${name} -d ${described(what)}`,
      ),
      ...node.words.map((word) => `complete -c flamingock -f ${here} -a ${word}`),
      ...node.options.map(({ flags, what }) => fishOption(node, flags, what, here)),
    ];
  });
  const paths = nodes.filter(({ path }) => path !== '').map(({ path }) => `'${path}'`);
  return `function __flamingock_at
  set -l path ''
  for word in (commandline -opc)[2..]
    set -l next (string trim -- "$path $word")
    contains -- "$next" ${paths.join(' ')}; and set path "$next"
  end
  test "$path" = "$argv[1]"
end
${lines.join('\n')}`;
}

function fishOption({ values }: Node, flags: readonly string[], what: string, here: string): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const words = values[flags.at(-1) ?? ''];
  const value = words === undefined ? [] : words.length > 0 ? ['-x', `-a '${words.join(' ')}'`] : ['-r'];
  return ['complete -c flamingock', here, ...names, ...value, `-d ${described(what)}`].join(' ');
}

function quoted(text: string): string {
  return `"${text}"`;
}

/** A description as one word of fish. */
function described(text: string): string {
  return `'${text.replaceAll('\\', String.raw`\\`).replaceAll("'", String.raw`\'`)}'`;
}
