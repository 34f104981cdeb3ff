import type { AuditEntry } from '../audit/audit-entry.js';
import type { AuditState } from '../audit/audit-state.js';
import { changesOf } from '../audit/renaming.js';
import type { ExecutionPlan, PlannedChange } from '../plan/execution-plan.js';
import type { Action } from '../recovery/recovery-decision.js';
import type { Engine } from '../run/engine.js';
import { planNow } from '../run/plan-now.js';
import { describeWork, observe, type Observation } from './at-work.js';
import { assertBounds } from './page-bounds.js';
import { includesText } from './text-search.js';

const DEFAULT_LIMIT = 100;
const MOST = 500;

/** A change that code or history knows, and where it stands. */
export interface ChangeSummary {
  readonly changeId: string;
  readonly stage: string;
  readonly order: string;
  readonly author: string;
  readonly targetSystem: string;
  readonly className: string;
  /** False where the code no longer has it. */
  readonly inCode: boolean;
  /** Its last recorded state; absent if history does not know it. */
  readonly state?: AuditState;
  /** When that was recorded, on the audit store's clock: ISO 8601, UTC. */
  readonly recordedAt?: string;
  /** What the next run would do about it, and why; absent where the code no longer has it. */
  readonly action?: Action;
  readonly reason?: string;
}

/** Which changes are listed. */
export interface ChangeListRequest {
  /** Only those that have this text, in any case, in id, author, class, stage or target system. */
  readonly text?: string;
  readonly states?: readonly AuditState[];
  readonly actions?: readonly Action[];
  /** Only those after this one, in the order of the list: the `next` of the page before. */
  readonly after?: string;
  /**
   * At most so many: a whole number from 1 to 500.
   *
   * @default 100
   */
  readonly limit?: number;
}

/** Part of the changes. */
export interface ChangeList {
  /** Those of the code in pipeline order, then those that it no longer has. */
  readonly changes: readonly ChangeSummary[];
  /** How many there are on all pages. */
  readonly total: number;
  /** `after` of the page that follows; absent where this is the last. */
  readonly next?: string;
}

/**
 * The changes that code or history knows, page by page.
 *
 * @throws InvalidRequestError
 */
export async function changeList(engine: Engine, request: ChangeListRequest = {}): Promise<ChangeList> {
  const { limit = DEFAULT_LIMIT, after } = request;
  assertBounds({ limit }, MOST);
  const observed = await observe(engine);
  const { plan } = await planNow(engine, observed.snapshot, { mayHaveFailed: true });
  const known = changesIn(plan, observed);
  const found = known.filter((change) => isWanted(change, request));
  // Where the change that the last page has ended with is none of them any more, its place in the whole list counts.
  const from = after === undefined ? 0 : known.findIndex(({ changeId }) => changeId === after) + 1;
  const rest = new Set(known.slice(from));
  const following = found.filter((change) => rest.has(change));
  const changes = following.slice(0, limit);
  const last = changes.at(-1);
  return {
    changes,
    total: found.length,
    ...(last && following.length > limit && { next: last.changeId }),
  };
}

/** Every change that code or history knows. */
export function changesIn({ stages }: Pick<ExecutionPlan, 'stages'>, observed: Observation): ChangeSummary[] {
  const planned = stages.flatMap(({ changes }) => changes);
  const inCode = new Set(planned.map(({ change }) => change.id));
  const others = changesOf(observed.snapshot).filter(({ changeId }) => !inCode.has(changeId));
  return [...planned.map((one) => plannedSummary(one, observed)), ...others.map(forgottenSummary)];
}

/** A change of the code. */
export function plannedSummary(
  { change, entry, action, reason }: PlannedChange,
  { atWork }: Observation,
): ChangeSummary {
  const { id: changeId, stage, order, author, target, className } = change;
  const next =
    atWork?.changeId === changeId
      ? { action: 'EXECUTE' as const, reason: describeWork(atWork) }
      : { action, reason };
  const recorded = entry && { state: entry.state, recordedAt: entry.createdAt };
  return {
    changeId,
    stage,
    order,
    author,
    targetSystem: target.id,
    className,
    inCode: true,
    ...recorded,
    ...next,
  };
}

function forgottenSummary(entry: AuditEntry): ChangeSummary {
  const { changeId, stage, order, author, targetSystem, className, state, createdAt: recordedAt } = entry;
  return { changeId, stage, order, author, targetSystem, className, inCode: false, state, recordedAt };
}

function isWanted(
  change: ChangeSummary,
  { text = '', states = [], actions = [] }: ChangeListRequest,
): boolean {
  const { changeId, author, className, stage, targetSystem, state, action } = change;
  if (states.length > 0 && !states.some((one) => one === state)) return false;
  if (actions.length > 0 && !actions.some((one) => one === action)) return false;
  return text === '' || includesText(text, [changeId, author, className, stage, targetSystem]);
}
