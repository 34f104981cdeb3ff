import { issueCommand } from '../errors/commands.js';
import type { AwaitingEvent } from './flamingock.events.js';

/** Why this process waits, and what an operator has to do about each change that stands in its way. */
export function describeAwaited({ service, reason, pending, issues }: AwaitingEvent): string {
  const what = pending.length === 1 ? '1 change' : `${pending.length} changes`;
  const lines = [
    `Waiting for ${what} of service "${service}" that this process does not apply (role "wait"): ${reason}.`,
    ...issues.map(({ changeId, stage, state, reason: why }) => {
      const change = `"${changeId}" (stage "${stage}", ${state}) needs a manual check: ${why}`;
      return `  ${change}. See \`${issueCommand(changeId)}\``;
    }),
  ];
  return lines.join('\n');
}
