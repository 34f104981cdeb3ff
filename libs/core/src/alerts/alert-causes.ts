import { momentOf } from '../audit/store-time.js';
import type { ApprovalStanding } from '../decisions/approval.js';
import type { LedgerTamperedError } from '../decisions/decision.errors.js';
import {
  approveCommand,
  circuitsCommand,
  cliCommand,
  issueCommand,
  reviewCommand,
} from '../errors/commands.js';
import { errorText, storableText } from '../errors/error-text.js';
import { FlamingockError } from '../errors/flamingock.error.js';
import { maskSecrets } from '../errors/mask-secrets.js';
import type { EmergencyRun } from '../operations/approvals.js';
import type { ChangeVerdict } from '../reporting/drift-report.js';
import type { IssueSummary } from '../operations/issues.js';
import type { Circuit } from '../recovery/circuit.js';
import type { ChangeReport } from '../reporting/execution-report.js';
import type { TookOverEvent } from '../reporting/flamingock.events.js';
import type { AlertCause } from './alert.js';

/** Characters of a cause that name a place in a history. */
const DIGEST_DIGITS = 12;

/** A change needs a manual check: its last entry, of number `seq`, says so. */
export function issueCause(issue: IssueSummary, seq: number, guidance: readonly string[]): AlertCause {
  const { changeId, stage, state, targetSystem, reason, error, recordedAt, host } = issue;
  return cause({
    kind: 'issue',
    subject: changeId,
    about: String(seq),
    title: `Change "${changeId}" needs a manual check`,
    text:
      `${reason}. Its last recorded state is ${state}, of ${recordedAt} by ${host}, in stage "${stage}", on target ` +
      `system "${targetSystem}".${error === null ? '' : ` It failed with: ${error}`}`,
    guidance,
    command: issueCommand(changeId),
  });
}

/** A change failed, nothing of it is left to a person, and nothing was applied since the entry `after`. */
export function failedChangeCause(change: ChangeReport, after: number): AlertCause {
  const { changeId, reason, error = '', nextSteps = [] } = change;
  return cause({
    kind: 'run-failed',
    subject: changeId,
    about: String(after),
    title: `Change "${changeId}" failed`,
    text: `${error}. What follows: ${reason}.`,
    guidance: nextSteps,
    command: cliCommand('status'),
  });
}

/** A run ended with an error that is about no single change, while the history ended at `seq`. */
export function failedRunCause(error: unknown, seq: number): AlertCause {
  const code = error instanceof FlamingockError ? error.code : 'unknown';
  const text = error instanceof FlamingockError ? error.message : errorText(error);
  return cause({
    kind: 'run-failed',
    subject: code,
    about: String(seq),
    title: `A run failed (${code})`,
    text,
    guidance: [],
    command: cliCommand('status'),
  });
}

/** A holder was gone in the middle of a change that a run then went on with by itself. */
export function takeOverCause({ changeId, seq, from, executionId }: TookOverEvent): AlertCause {
  return cause({
    kind: 'take-over',
    subject: changeId,
    about: String(seq),
    title: `A holder of the lock was gone in the middle of change "${changeId}"`,
    text:
      `Execution ${from.executionId} on ${from.host} had started the change and recorded no end of it. Execution ` +
      `${executionId} took over, and goes on with it by the rules of its recovery.`,
    guidance: [
      'Find out why that process ended: it was killed, lost its network, or stood still for longer than its lease.',
    ],
    command: cliCommand('audit list --history'),
  });
}

/** Entries are not as they were written; `about` says where. */
export function historyCause(about: string, fault: string): AlertCause {
  return cause({
    kind: 'history-tampered',
    subject: '',
    about,
    title: 'The audit history was altered',
    text: fault,
    guidance: ['Compare the audit tables with a backup, and find out who has written to them.'],
    command: cliCommand('audit verify'),
  });
}

/** Decisions are not as they were written. */
export function ledgerCause({ seq, fault }: Pick<LedgerTamperedError, 'seq' | 'fault'>): AlertCause {
  return cause({
    kind: 'ledger-tampered',
    subject: '',
    about: String(seq),
    title: 'The ledger of decisions was altered',
    text: `Decision ${seq} ${fault}. No approval counts until it is as it was.`,
    guidance: ['Compare the records of decisions with a backup, and find out who has written to them.'],
    command: cliCommand('audit verify'),
  });
}

/** An applied change, whose last entry is number `seq`, is not there any more. */
export function driftCause(
  { changeId, targetSystem, verdict, error }: ChangeVerdict,
  seq: number,
): AlertCause {
  return cause({
    kind: 'drift',
    subject: changeId,
    about: String(seq),
    title: `Change "${changeId}" is applied, and its target system says otherwise`,
    text: `Its @Verify() says "${verdict}" of target system "${targetSystem}".${error === undefined ? '' : ` ${error}`}`,
    guidance: ['Look into the target system: somebody or something has altered what the change did.'],
    command: cliCommand('drift'),
  });
}

/** A target system is left alone. */
export function circuitCause({ targetSystem, failures, since, until, error }: Circuit): AlertCause {
  return cause({
    kind: 'circuit-open',
    subject: targetSystem,
    about: String(since),
    title: `Target system "${targetSystem}" is left alone`,
    text:
      `It has failed ${failures} times in a row since ${momentOf(since)}; its changes wait, the first until ` +
      `${momentOf(until)}. The last failure: ${error}`,
    guidance: ['Bring the target system back. The first change that succeeds there closes the circuit.'],
    command: circuitsCommand(),
  });
}

/** A pending change waits for people. */
export function approvalCause({ changeId, digest, missing, rejectedBy }: ApprovalStanding): AlertCause {
  const rejections = rejectedBy.map(({ by }) => by);
  return cause({
    kind: 'approval-wanted',
    subject: changeId,
    about: digest,
    title: `Change "${changeId}" waits for approval`,
    text:
      `Approvals that are missing: ${missing}, for its code of digest ${digest.slice(0, DIGEST_DIGITS)}…` +
      (rejections.length > 0 ? ` Rejected by ${rejections.join(', ')}.` : ''),
    guidance: ['Read the change as it is, then approve or reject it. Its author may not.'],
    command: approveCommand(changeId, digest),
  });
}

/** A change ran without approval. */
export function emergencyCause(
  { changeId, emergency, recordedAt, host }: EmergencyRun,
  seq: number,
): AlertCause {
  return cause({
    kind: 'emergency-run',
    subject: changeId,
    about: String(seq),
    title: `Change "${changeId}" ran without approval`,
    text: `It ran as an emergency at ${recordedAt} on ${host}: ${emergency}`,
    guidance: ['Look at what it did, and say so: it stays open until somebody has reviewed it.'],
    command: reviewCommand(changeId),
  });
}

/** Bounded and masked, whatever authors, operators and drivers have written. */
function cause({ title, text, guidance, ...names }: AlertCause): AlertCause {
  return { ...names, title: safe(title), text: safe(text), guidance: guidance.map(safe) };
}

function safe(text: string): string {
  return storableText(maskSecrets(text));
}
