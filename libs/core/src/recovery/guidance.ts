import type { AuditState } from '../audit/audit-state.js';

/** What guidance is made from. */
export interface IssueFacts {
  readonly changeId: string;
  readonly className: string;
  readonly targetSystem: string;
  readonly state: AuditState;
  /** Whether the decision left to a person is only whether to start again. */
  readonly runsAgain: boolean;
}

/** How an operator's finding is recorded: what to type, for a message. */
export function fixCommand(changeId: string, resolution: 'EXECUTED' | 'ROLLED_BACK'): string {
  return `FlamingockService.auditFix({ changeId: ${JSON.stringify(changeId)}, resolution: '${resolution}' })`;
}

/** What a person has to do about a change, as steps. */
export function guidanceFor(issue: IssueFacts): string[] {
  return issue.runsAgain ? retrySteps(issue) : manualSteps(issue);
}

function retrySteps({ state }: IssueFacts): string[] {
  return [
    state === 'ROLLED_BACK'
      ? 'Nothing of it is left in the target system. Mend what made it fail.'
      : 'Part of it may be in the target system; its author declares that running it again is safe. Mend what made it fail.',
    'Start the application again: the change will run again.',
  ];
}

function manualSteps({ changeId, className, targetSystem }: IssueFacts): string[] {
  return [
    `Look into target system "${targetSystem}", not into the audit store: how much of change "${changeId}" (class ${className}) took effect?`,
    `All of it: call ${fixCommand(changeId, 'EXECUTED')}; it will not run again.`,
    `Nothing of it: call ${fixCommand(changeId, 'ROLLED_BACK')}; the next start runs it again.`,
    'Part of it: complete it or take it back by hand first, then record which of the two you did.',
    'Start the application again.',
  ];
}
