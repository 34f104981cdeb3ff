/**
 * How the command line is called. It names our package, since in the registry the name of the binary alone may
 * be that of another package, and `--no` keeps npx from fetching either where it is not installed.
 */
const CLI = 'npx --no @nestjs-flamingock/cli';

/**
 * What to type for these words of the command line, such as `issue list`: for a message. Runs only
 * where `@nestjs-flamingock/cli` is installed, and never fetches a package.
 */
export function cliCommand(words: string): string {
  return `${CLI} ${words}`;
}

/** How an operator's finding is recorded: what to type, for a message. */
export function fixCommand(changeId: string, resolution: 'EXECUTED' | 'ROLLED_BACK'): string {
  return cliCommand(`audit fix -c ${shellWord(changeId)} --resolution ${resolution}`);
}

/** How the changes that need a manual check are listed: what to type, for a message. */
export const ISSUES_COMMAND = cliCommand('issue list');

/** How an issue is shown in full: what to type, for a message. */
export function issueCommand(changeId: string): string {
  return cliCommand(`issue get -c ${shellWord(changeId)} --guidance`);
}

/** How the lock of a holder that is gone is freed: what to type, for a message. */
export function releaseCommand(token: number): string {
  return cliCommand(`lock release --token ${token} --yes`);
}

/** How a service gets another name: what to type, for a message. */
export function renameCommand(from: string, to: string): string {
  const looksLikeOption = [from, to].some((name) => name.startsWith('-'));
  return looksLikeOption
    ? cliCommand(`service rename --reason "another name" -- ${shellWord(from)} ${shellWord(to)}`)
    : cliCommand(`service rename ${shellWord(from)} ${shellWord(to)} --reason "another name"`);
}

/** A text as one word of a POSIX shell. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
