import { appliedOrder } from '../audit/applied-order.js';
import type { AuditSnapshot } from '../audit/audit-snapshot.js';
import { isApplied } from '../audit/audit-state.js';
import { cliCommand, redoCommand, undoToCommand } from '../errors/commands.js';
import type { PlannedChange } from '../plan/execution-plan.js';
import { planExecution } from '../plan/execution-planner.js';
import type { Engine } from '../run/engine.js';
import { auditExport } from './audit-export.js';
import { assertKnown } from './known-changes.js';
import { RedoRefusedError } from './operation.errors.js';

/** Which change to run again. */
export interface RedoRequest {
  readonly changeId: string;
  /**
   * Goes on although changes that were applied after it stay applied.
   *
   * @default false
   */
  readonly keepLater?: boolean;
}

/**
 * The change to run again, as the history has it.
 *
 * @throws UnknownChangeError, RedoRefusedError with every reason.
 */
export async function planRedo(
  engine: Engine,
  { changeId, keepLater = false }: RedoRequest,
  snapshot: AuditSnapshot,
): Promise<PlannedChange> {
  assertKnown(changeId, engine.pipeline, snapshot);
  const { stages, foreign } = planExecution(engine.pipeline, snapshot);
  const changes = stages.flatMap((stage) => stage.changes);
  const planned = changes.find(({ change }) => change.id === changeId);
  if (!planned) throw new RedoRefusedError(changeId, ['the code no longer has it']);
  if (foreign.includes(planned)) throw new RedoRefusedError(changeId, [planned.reason]);
  const reasons =
    planned.action === 'EXECUTE'
      ? pendingBefore(changes.slice(0, changes.indexOf(planned)))
      : await appliedAfter(engine, planned, keepLater);
  if (reasons.length > 0) throw new RedoRefusedError(changeId, reasons);
  return planned;
}

/** True where the existing rollback method can take back what is recorded as applied. */
export function canUndo({ change, entry }: PlannedChange): boolean {
  if (!entry || !isApplied(entry.state)) return false;
  return change.rollback !== undefined && change.target.id === entry.targetSystem;
}

/** One that is not applied is executed in its turn. */
function pendingBefore(before: readonly PlannedChange[]): string[] {
  const pending = before.filter(({ action }) => action !== 'SKIP').map(({ change }) => change.id);
  if (pending.length === 0) return [];
  return [
    `it is not applied, nor is what comes before it: ${pending.join(', ')}. Run \`${cliCommand('execute')}\``,
  ];
}

/** What is applied later may rest on it. */
async function appliedAfter(
  engine: Engine,
  { change, entry }: PlannedChange,
  keepLater: boolean,
): Promise<string[]> {
  if (keepLater) return [];
  const applied = await appliedOrder(auditExport(engine));
  const since = applied.get(change.id) ?? entry?.seq ?? Infinity;
  const later = [...applied].filter(([, seq]) => seq > since).map(([changeId]) => changeId);
  if (later.length === 0) return [];
  return [
    `later changes are applied, and may rest on it: ${later.join(', ')}. Take them back first: ` +
      `\`${undoToCommand(change.id)}\`; or leave them as they are: \`${redoCommand(change.id)} --keep-later\``,
  ];
}
