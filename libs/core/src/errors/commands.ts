import { commandLine } from './command-line.js';

/**
 * What to type for these words of the command line, such as `issue list`: for a message. By default it runs only
 * where `@nestjs-flamingock/cli` is installed, and never fetches a package.
 */
export function cliCommand(words: string): string {
  return `${commandLine()} ${words}`;
}

/** How an operator's finding is recorded: what to type, for a message. */
export function fixCommand(changeId: string, resolution: 'EXECUTED' | 'ROLLED_BACK'): string {
  return cliCommand(`audit fix -c ${shellWord(changeId)} --resolution ${resolution} --reason "…"`);
}

/** How one sees what a finding would record: what to type, for a message. */
export function fixPlanCommand(changeId: string, resolution: 'EXECUTED' | 'ROLLED_BACK'): string {
  return cliCommand(`audit fix -c ${shellWord(changeId)} --resolution ${resolution} --dry-run`);
}

/** How the changes that need a manual check are listed: what to type, for a message. */
export function issuesCommand(): string {
  return cliCommand('issue list');
}

/** How the target systems that are left alone are listed: what to type, for a message. */
export function circuitsCommand(): string {
  return cliCommand('circuit list');
}

/** How an issue is shown in full: what to type, for a message. */
export function issueCommand(changeId: string): string {
  return cliCommand(`issue get -c ${shellWord(changeId)} --guidance`);
}

/** How a pending change is approved as its code is: what to type, for a message. */
export function approveCommand(changeId: string, digest: string): string {
  return cliCommand(`approve -c ${shellWord(changeId)} --digest ${shellWord(digest)} --reason "…"`);
}

/** How somebody says that an emergency run was looked at afterwards: what to type, for a message. */
export function reviewCommand(changeId: string): string {
  return cliCommand(`review -c ${shellWord(changeId)} --reason "…"`);
}

/** How a change is run again in development: what to type, for a message. */
export function redoCommand(changeId: string): string {
  return cliCommand(`redo -c ${shellWord(changeId)}`);
}

/** How a change is undone: what to type, for a message. */
export function undoCommand(changeId: string): string {
  return cliCommand(`undo -c ${shellWord(changeId)} --reason "…"`);
}

/** How one sees what would be undone: what to type, for a message. */
export function undoPlanCommand(request: { readonly changeId: string } | { readonly to: string }): string {
  return 'to' in request
    ? cliCommand(`undo --to ${shellWord(request.to)} --dry-run`)
    : cliCommand(`undo -c ${shellWord(request.changeId)} --dry-run`);
}

/** How everything that was applied after a change is undone: what to type, for a message. */
export function undoToCommand(changeId: string): string {
  return cliCommand(`undo --to ${shellWord(changeId)} --reason "…"`);
}

/** How the lock of a holder that is gone is freed: what to type, for a message. */
export function releaseCommand(token: number): string {
  return cliCommand(`lock release --token ${token} --reason "…" --yes`);
}

/** How a service gets another name: what to type, for a message. */
export function renameCommand(from: string, to: string): string {
  const looksLikeOption = [from, to].some((name) => name.startsWith('-'));
  return looksLikeOption
    ? cliCommand(`service rename --reason "another name" -- ${shellWord(from)} ${shellWord(to)}`)
    : cliCommand(`service rename ${shellWord(from)} ${shellWord(to)} --reason "another name"`);
}

/** A text as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
