import {
  AuditStoreUnavailableError,
  NewerEntryError,
  NewerHistoryError,
  type StatusReport,
} from '@nestjs-flamingock/core';
import { cliCommand, errorText, issueCommand, maskSecrets } from '@nestjs-flamingock/core/adapter';
import type { Finding, KnownVerification } from './flamingock-health.js';

/**
 * What a service's state means for an instance that serves. That another instance applies changes, or that changes of
 * an older or newer version are pending or failed, does not concern it.
 */
export function findingOf(status: StatusReport, verification: KnownVerification): Finding {
  const { applied, pending } = status.changes;
  const issues = status.issues.filter(({ inCode }) => inCode).map(({ changeId }) => changeId);
  const others = status.issues.filter(({ inCode }) => !inCode).map(({ changeId }) => changeId);
  const reasons = [...issueReason(issues), ...tamperReason(verification)];
  return {
    isUp: reasons.length === 0,
    health: {
      ...(reasons.length > 0 && { message: reasons.join(' ') }),
      applied,
      pending,
      ...(issues.length > 0 && { issues }),
      ...(others.length > 0 && { issuesOfOtherVersions: others }),
      ...(verification?.ok && { verified: verification.entries }),
    },
  };
}

/** What it means that the state cannot be told. */
export function findingOfFailure(error: unknown): Finding {
  const isUp = error instanceof NewerHistoryError || error instanceof NewerEntryError;
  return {
    isUp,
    health: { message: isUp ? `A newer version has written it: ${textOf(error)}` : textOf(error) },
  };
}

/**
 * What it means that the audit store says nothing. Where there is one connection, as with SQLite, a change of this very
 * process has it (`isAtWork`).
 */
export function findingOfSilence(timeoutMs: number, isAtWork: boolean): Finding {
  const silence = `The audit store has not answered within ${timeoutMs} ms`;
  const message = isAtWork ? `${silence}, while this instance applies a change.` : `${silence}.`;
  return { isUp: isAtWork, health: { message } };
}

function issueReason([first, ...others]: readonly string[]): string[] {
  if (first === undefined) return [];
  const more = others.length > 0 ? `, and ${others.length} more` : '';
  return [`Change "${first}" needs a manual check${more}: \`${issueCommand(first)}\` says what to do.`];
}

function tamperReason(verification: KnownVerification): string[] {
  if (!verification || verification.ok || verification.absent) return [];
  const { seq, fault } = verification;
  return [`The history was tampered with: entry ${seq} ${fault}. See \`${cliCommand('audit verify')}\`.`];
}

/** A run would say what did not run and what to start again; here nothing was to run. */
function textOf(error: unknown): string {
  if (error instanceof AuditStoreUnavailableError)
    return `The audit store of service "${error.service}" cannot be used: ${errorText(error.cause)}`;
  return error instanceof Error ? maskSecrets(error.message) : errorText(error);
}
