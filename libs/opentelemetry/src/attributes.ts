import type { Attributes } from '@opentelemetry/api';
import type { ChangeReport, ObservedChange, RunEvent } from '@nestjs-flamingock/core';

type ChainEnd = { readonly seq: number; readonly hash: string } | undefined;

/** Of every span. */
export function runAttributes({ service, executionId }: RunEvent): Attributes {
  return { 'flamingock.service': service, 'flamingock.execution.id': executionId };
}

/** Of a change, before it is called. */
export function changeAttributes(change: ObservedChange): Attributes {
  return {
    ...runAttributes(change),
    'flamingock.stage': change.stage,
    'flamingock.change.id': change.changeId,
    'flamingock.operation': change.operation,
    'flamingock.target': change.targetSystem,
    'db.system.name': change.databaseSystem,
  };
}

/** Of a change, once the report says what became of it. */
export function reportAttributes(
  event: RunEvent,
  { stage, changeId, targetSystem, result, state, diagnosis }: ChangeReport,
  head: ChainEnd,
): Attributes {
  return {
    ...runAttributes(event),
    'flamingock.stage': stage,
    'flamingock.change.id': changeId,
    'flamingock.target': targetSystem,
    'flamingock.result': result,
    'flamingock.state': state,
    'db.response.status_code': diagnosis?.sqlState === undefined ? undefined : diagnosis.code,
    ...headAttributes(head),
  };
}

/** Where the history ends: leads from a trace to the audit entry. */
export function headAttributes(head: ChainEnd): Attributes {
  return head ? { 'flamingock.audit.seq': head.seq, 'flamingock.audit.hash': head.hash } : {};
}

/** What the conventions want in `error.type`: the class; `_OTHER` where there is none. */
export function errorType(error: unknown): string {
  const name: unknown =
    typeof error === 'object' && error !== null && 'name' in error ? error.name : undefined;
  return typeof name === 'string' && name !== '' ? name : '_OTHER';
}
