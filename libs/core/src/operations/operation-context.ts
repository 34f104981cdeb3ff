import type { Actor, ActorKind, Operator } from '../audit/actor.js';
import type { AuditRecord } from '../audit/audit-entry.js';
import { A_NAME, isName } from '../change/names.js';
import { MAX_ERROR_LENGTH, storableText } from '../errors/error-text.js';
import { optionsOf, shown } from '../errors/option-names.js';
import { InvalidRequestError, type RequestFault } from './operation.errors.js';

/** On whose behalf an operation writes, why, and how it is stopped. */
export interface OperationContext {
  /** Who; recorded. A plain text is the name of a human. */
  readonly actor?: Actor | string | undefined;
  /** Why; recorded. A text of 1 to 4,000 characters. */
  readonly reason?: string | undefined;
  /** Stops the operation in order, as the shutdown of the application does: `RunAbortedError`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Milliseconds to wait for another holder of a lock.
   *
   * @default `lock.waitMs`
   */
  readonly waitMs?: number | undefined;
}

/** The context of what nobody may do without saying why. */
export interface ReasonedContext extends OperationContext {
  readonly reason: string;
}

/** The context of what does nothing but what its caller has seen before. */
export interface ConfirmedContext extends ReasonedContext {
  /**
   * The digest that a dry run told. The operation is refused, and nothing is written, where it would do something else
   * by now (`ConfirmationStaleError`).
   *
   * @default whatever it would do is meant
   */
  readonly confirm?: string | undefined;
}

/** An operation that has begun: its context is checked, and its signal aborts for every reason to stop. */
export interface Operation extends OperationContext {
  readonly signal: AbortSignal;
}

const KINDS: Readonly<Record<ActorKind, true>> = { human: true, ci: true, agent: true, service: true };

/**
 * @param command What gives the reason on the command line, where the operation needs one.
 * @throws InvalidRequestError with every fault, for callers that are not type-checked too.
 */
export function assertContext(context: OperationContext, command?: string): void {
  const { actor, reason, waitMs } = optionsOf(context) as Record<keyof OperationContext, unknown>;
  const faults: RequestFault[] = [];
  const expect = (isMet: boolean, field: string, rule: string, value: unknown): void => {
    if (!isMet) faults.push({ field, problem: `must be ${rule}, not ${shown(value)}` });
  };
  if (typeof actor === 'object' && actor !== null) {
    const { kind, name, via } = actor as Record<keyof Actor, unknown>;
    const kinds = Object.keys(KINDS);
    expect(
      typeof kind === 'string' && kinds.includes(kind),
      'actor.kind',
      `one of ${kinds.join(', ')}`,
      kind,
    );
    expect(isName(name), 'actor.name', A_NAME, name);
    expect(via === undefined || isName(via), 'actor.via', A_NAME, via);
  } else expect(actor === undefined || isName(actor), 'actor', A_NAME, actor);
  if (reason === undefined && command !== undefined)
    faults.push({ field: 'reason', problem: `must be given, and says why: \`${command}\`` });
  expect(reason === undefined || isReason(reason), 'reason', A_REASON, reason);
  expect(waitMs === undefined || isDuration(waitMs), 'waitMs', 'a number of milliseconds from 0', waitMs);
  if (faults.length > 0) throw new InvalidRequestError(faults);
}

/** Who and why, for those who are told. */
export function operatorOf({ actor, reason }: OperationContext): Operator {
  return { actor: typeof actor === 'string' ? { kind: 'human', name: actor } : actor, reason };
}

/** Who and why, as the entries of an operator have it: `by`, `actorKind`, `via` and `reason`, where they are given. */
export function operatorMetadata({ actor, reason }: OperationContext): AuditRecord['metadata'] {
  return {
    ...actorMetadata(actor),
    ...(reason !== undefined && { reason: storableText(reason) }),
  };
}

function actorMetadata(actor: OperationContext['actor']): AuditRecord['metadata'] {
  if (actor === undefined) return {};
  if (typeof actor === 'string') return { by: actor };
  const { name, kind, via } = actor;
  return { by: name, actorKind: kind, ...(via !== undefined && { via }) };
}

const A_REASON = `a text of 1 to ${MAX_ERROR_LENGTH} characters`;

function isReason(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '' && value.length <= MAX_ERROR_LENGTH;
}

function isDuration(value: unknown): boolean {
  return typeof value === 'number' && value >= 0;
}
