/** How an operator's finding is recorded: what to type, for a message. */
export function fixCommand(changeId: string, resolution: 'EXECUTED' | 'ROLLED_BACK'): string {
  return `npx flamingock audit fix -c ${shellWord(changeId)} --resolution ${resolution}`;
}

/** How the changes that need a manual check are listed: what to type, for a message. */
export const ISSUES_COMMAND = 'npx flamingock issue list';

/** How an issue is shown in full: what to type, for a message. */
export function issueCommand(changeId: string): string {
  return `npx flamingock issue get -c ${shellWord(changeId)} --guidance`;
}

/** How the lock of a holder that is gone is freed: what to type, for a message. */
export function releaseCommand(token: number): string {
  return `npx flamingock lock release --token ${token} --yes`;
}

/** A text as one word of a POSIX shell. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
