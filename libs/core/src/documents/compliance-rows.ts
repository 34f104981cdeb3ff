import type { ComplianceApproval, ComplianceChange } from '../operations/compliance-change.js';
import { EXCEPTIONS, ROLLBACK_PLANS } from './compliance-words.js';
import { escaped, row } from './html.js';

/** Columns of {@link changeRow}. */
export const changeColumns = [
  'Entries',
  'Begun (UTC)',
  'Change',
  'Target system',
  'Author',
  'Approved by',
  'Outcome',
  'Took',
  'Run by',
  'Reason',
  'Rollback plan',
  'Code',
  'Tests',
] as const;

/** A change in the table of all of them. */
export function changeRow(change: ComplianceChange): string {
  const { startedAt, targetSystem, author, durationMs, rollbackPlan } = change;
  return row([
    placeOf(change),
    momentOf(startedAt),
    nameOf(change),
    escaped(targetSystem),
    escaped(author),
    approvalCell(change),
    outcomeOf(change),
    took(durationMs),
    runBy(change),
    reasonOf(change),
    ROLLBACK_PLANS[rollbackPlan],
    codeOf(change),
    testsOf(change),
  ]);
}

/** Columns of {@link exceptionRow}. */
export const exceptionColumns = [
  'What',
  'Entries',
  'Begun (UTC)',
  'Change',
  'Outcome',
  'Run by',
  'Reason and error',
] as const;

/** A change in the table of exceptions. */
export function exceptionRow(change: ComplianceChange): string {
  const { startedAt, exceptions, error } = change;
  return row([
    `<span class="exception">${exceptions.map((one) => EXCEPTIONS[one]).join(', ')}</span>`,
    placeOf(change),
    momentOf(startedAt),
    nameOf(change),
    outcomeOf(change),
    runBy(change),
    reasonOf(change) + (error === undefined ? '' : `<pre>${escaped(error)}</pre>`),
  ]);
}

function placeOf({ firstSeq, lastSeq }: ComplianceChange): string {
  return firstSeq === lastSeq ? String(firstSeq) : `${firstSeq}–${lastSeq}`;
}

function nameOf({ changeId, stage, order }: ComplianceChange): string {
  return `${escaped(changeId.replaceAll('\t', ' '))}<small>${escaped(`${stage} / ${order}`)}</small>`;
}

/** As ISO 8601 allows it, so that it is broken between day and time where there is no room. */
function momentOf(at: string): string {
  return escaped(at.replace('T', ' ').replace(/Z$/, ''));
}

function inWords(name: string): string {
  return name.toLowerCase().replaceAll('_', ' ');
}

function outcomeOf({ operation, outcome, exceptions }: ComplianceChange): string {
  const text = escaped(
    operation === 'EXECUTE' ? inWords(outcome) : `${inWords(operation)}: ${inWords(outcome)}`,
  );
  const marked = exceptions.map((one) => EXCEPTIONS[one]).join(', ');
  return marked === '' ? text : `${text}<small class="exception">${marked}</small>`;
}

function runBy({ actor, host, executionId }: ComplianceChange): string {
  const how = [actor?.kind, actor?.via].filter((one) => one !== undefined).join(', ');
  const who = actor ? `${actor.name}${how === '' ? '' : ` (${how})`}` : 'the application, as it started';
  return `${escaped(who)}<small>${escaped(`${host}, execution ${executionId}`)}</small>`;
}

function reasonOf({ reason, tickets }: ComplianceChange): string {
  if (reason === undefined) return '–';
  return escaped(reason) + (tickets.length === 0 ? '' : `<small>${escaped(tickets.join(', '))}</small>`);
}

function approvalCell({ approvals, emergency }: ComplianceChange): string {
  const given = approvals.map(approvalText);
  if (emergency !== undefined) given.push(`none<small>${escaped(emergency)}</small>`);
  return given.join('<br>') || '–';
}

function approvalText({ by, at, beforeMs }: ComplianceApproval): string {
  const when = beforeMs < 0 ? `${took(-beforeMs)} after it began` : `${took(beforeMs)} before`;
  return `${escaped(by)}<small>${escaped(at)}, ${when}</small>`;
}

function took(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  const seconds = ms / 1_000;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  const minutes = seconds / 60;
  return minutes < 120 ? `${Math.round(minutes)} min` : `${Math.round(minutes / 60)} h`;
}

function codeOf({ fingerprint }: ComplianceChange): string {
  if (fingerprint === undefined) return '–';
  return `<span title="${escaped(fingerprint)}">${escaped(shortOf(fingerprint))}</span>`;
}

/** A link only where the history has an address of the web: it is what somebody may have written there. */
function testsOf({ tests }: ComplianceChange): string {
  if (tests === undefined) return '–';
  const isLink = /^https?:\/\//i.test(tests);
  return isLink ? `<a href="${escaped(tests)}" rel="noreferrer">test run</a>` : escaped(tests);
}

/** The digest of the code, out of form and digests. */
function shortOf(fingerprint: string): string {
  return (fingerprint.split(':')[1] ?? fingerprint).slice(0, 12);
}
