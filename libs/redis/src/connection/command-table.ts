/** What a server says of one of its commands. */
interface CommandFacts {
  readonly flags: ReadonlySet<string>;
  /** Position of the first key, of the last, and the step from key to key; 0: no fixed position. */
  readonly keys: readonly [first: number, last: number, step: number];
}

/** Its subcommands are the tenth part of a command's description, since Redis 7. */
const SUBCOMMANDS = 9;

/** Commands without a key that neither write nor read one. */
const HARMLESS = new Set(['ping', 'echo', 'time', 'info', 'dbsize']);

/** They change nothing that could be found in the middle, and scripts may do it. */
const PUBLISHING = new Set(['publish', 'spublish']);

/** The commands of a server, modules included, by what it answers to COMMAND. */
export class CommandTable {
  private constructor(private readonly facts: ReadonlyMap<string, CommandFacts>) {}

  static of(reply: unknown): CommandTable {
    return new CommandTable(new Map(entries(reply as unknown[][])));
  }

  has(name: string): boolean {
    return this.facts.has(name);
  }

  /** True for commands that only read. */
  reads(name: string, words: readonly unknown[]): boolean {
    return HARMLESS.has(name) || this.flagsOf(name, words).has('readonly');
  }

  /** Why a command cannot be part of a transaction; undefined if it can. */
  objection(name: string, words: readonly unknown[]): string | undefined {
    if (!this.has(name)) return 'this server does not know it';
    const flags = this.flagsOf(name, words);
    if (flags.has('noscript')) return 'Redis does not run it in a script';
    if (flags.has('blocking')) return 'it waits for others, who wait for the transaction';
    if (PUBLISHING.has(name)) return undefined;
    if (name === 'swapdb') return 'it moves the marker to another database';
    if (flags.has('write')) return undefined;
    return this.reads(name, words)
      ? 'it only reads, and its reply would be lost; read through the Redis client'
      : 'it does not write keys';
  }

  /** The keys among the words after the name, where the server says where they are. */
  keysIn<T>(name: string, words: readonly T[]): T[] {
    const [first, last, step] = this.facts.get(name)?.keys ?? [0, 0, 0];
    if (first <= 0 || step <= 0) return [];
    const end = last < 0 ? words.length + last : last - 1;
    return words.filter((_, index) => index >= first - 1 && index <= end && (index - first + 1) % step === 0);
  }

  private flagsOf(name: string, [sub]: readonly unknown[]): ReadonlySet<string> {
    const facts = this.facts.get(`${name}|${String(sub).toLowerCase()}`) ?? this.facts.get(name);
    return facts?.flags ?? new Set();
  }
}

function entries(commands: readonly unknown[][]): [string, CommandFacts][] {
  return commands.flatMap((command) => {
    const [name, , flags, first, last, step] = command;
    const subcommands = command[SUBCOMMANDS];
    const facts: CommandFacts = {
      flags: new Set((flags as unknown[]).map(String)),
      keys: [Number(first), Number(last), Number(step)],
    };
    const own: [string, CommandFacts] = [String(name).toLowerCase(), facts];
    return [own, ...(Array.isArray(subcommands) ? entries(subcommands as unknown[][]) : [])];
  });
}
