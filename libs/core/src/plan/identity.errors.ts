import { FlamingockError } from '../errors/flamingock.error.js';
import { fixCommand, redoCommand, renameCommand } from '../errors/commands.js';
import type { AuditEntry } from '../audit/audit-entry.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import type { EditedChange, RenamedChange } from './change-identity.js';
import type { PlannedChange } from './execution-plan.js';
import { nameOption } from './rename.errors.js';

const SERVICE_OPTION = "FlamingockModule.forRoot({ service: '…' }) or FLAMINGOCK_SERVICE";

/** What tells a change from another one of the same id. */
export interface ChangeFeatures {
  readonly className: string;
  readonly author: string;
  readonly targetSystem: string;
}

/** An id of this application under which the history has another change. */
export interface ForeignChange {
  readonly changeId: string;
  readonly recorded: ChangeFeatures;
  readonly inCode: ChangeFeatures;
}

/** The history has other changes under the ids of this application: another one keeps its history under the same name. */
export class ForeignChangesError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_FOREIGN_CHANGES';
  readonly changes: readonly ForeignChange[];

  constructor(
    readonly service: string,
    planned: readonly PlannedChange[],
  ) {
    const changes = planned.flatMap(foreignChange);
    const [first] = changes;
    super(
      `The history of service "${service}" has other changes under the ids of this application, so that ` +
        `the engine cannot tell whether these were applied. Nothing was run.\n${changes.map(foreignLine).join('\n')}\n` +
        `If another application keeps its history here, give this one a name of its own: ${SERVICE_OPTION}. ` +
        'If they are the same changes, with another target system and another class or author, record that for each: ' +
        fixCommand(first?.changeId ?? '', 'EXECUTED'),
    );
    this.changes = changes;
    this.hide('changes');
  }
}

/** There is no history under the name of this application, and one with its changes under the name it had before. */
export class EarlierNameError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_EARLIER_NAME';

  constructor(
    readonly service: string,
    readonly earlierName: string,
    /** How many changes of this application are applied under that name, of how many. */
    readonly applied: number,
    readonly changes: number,
  ) {
    super(
      `Service "${service}" has no history, and in the same audit store that of service "${earlierName}" has ` +
        `${applied} of its ${changes} changes. Nothing was run: all of them would run again. Go on with that ` +
        `history: ${nameOption(earlierName)}. Or give it the name of this application: ${renameCommand(earlierName, service)}`,
    );
  }
}

/** Pending changes are probably applied, under ids that the code no longer has, and `renamedChanges` is `fail`. */
export class RenamedChangesError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_RENAMED_CHANGES';
  /** Each with the id under which it is probably applied. */
  readonly changes: readonly { readonly changeId: string; readonly formerId: string }[];

  constructor(
    readonly service: string,
    renamed: readonly RenamedChange[],
  ) {
    super(
      `Pending changes of service "${service}" were probably applied under another id, and would run a second ` +
        `time. Nothing was run.\n${renamed.map(renamedLines).join('\n')}\n` +
        "To run them all as new changes, set renamedChanges (FLAMINGOCK_RENAMED_CHANGES) to 'warn' or 'allow'.",
    );
    this.changes = renamed.map(({ change, former }) => ({ changeId: change.id, formerId: former.changeId }));
    this.hide('changes');
  }
}

/** Applied changes are not any more what was applied, and `editedChanges` is `fail`. */
export class EditedChangesError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_EDITED_CHANGES';

  constructor(
    readonly service: string,
    readonly changes: readonly EditedChange[],
    /** The one of them that may be run again in development. */
    redoable?: EditedChange,
  ) {
    const redo = redoable ? ` Or run again what you are writing: ${redoCommand(redoable.changeId)}` : '';
    super(
      `Applied changes of service "${service}" were edited since. Nothing was run.\n` +
        `${changes.map((change) => `  - ${describeEdit(change)}`).join('\n')}\n` +
        'What is applied does not run again: take the edit back and write a new change, or accept each as it is: ' +
        `${fixCommand(changes[0]?.changeId ?? '', 'EXECUTED')}. Or set editedChanges ` +
        `(FLAMINGOCK_EDITED_CHANGES) to 'warn' or 'ignore'.${redo}`,
    );
    this.hide('changes');
  }
}

/** What is said, in development, of the change that was applied last and is being written still. */
export function describeUnfinishedEdit(edit: EditedChange, hasRollback: boolean): string {
  const first = hasRollback ? '' : ' It has no rollback method: take back by hand first what it did.';
  return (
    `${describeEdit(edit)} was edited since it was applied, and is not applied as it is now.${first} Run it again, ` +
    `with FLAMINGOCK_DEV=1: \`${redoCommand(edit.changeId)}\``
  );
}

/** What is said of an edited change: `"add-sku" (author "ann", now "bob")`. */
export function describeEdit({ changeId, differences }: EditedChange): string {
  return `"${changeId}" (${differences.join('; ')})`;
}

/** What is said of a renamed change. */
export function describeRename({ change, former, shared }: RenamedChange): string {
  return `"${change.id}" is pending and has ${shared} of "${former.changeId}", which is applied and no longer in the code`;
}

function renamedLines(renamed: RenamedChange): string {
  const { change, former } = renamed;
  return [
    `  - ${describeRename(renamed)}.`,
    `    It is the same change: give it its id back, @Change({ id: '${former.changeId}', … }), or record it as applied: ${fixCommand(change.id, 'EXECUTED')}`,
    `    It is a new change: ${fixCommand(change.id, 'ROLLED_BACK')}  # the next start runs it`,
  ].join('\n');
}

/** What to do about an id under which the history has another change. */
export function foreignSteps(entry: AuditEntry, { id }: ChangeDescriptor): string[] {
  const { className, author, targetSystem } = entry;
  return [
    `Find out whose it is: recorded is ${featureText({ className, author, targetSystem })}.`,
    `Another application keeps its history here: give this one a name of its own, ${SERVICE_OPTION}.`,
    `It is the same change, with another target system and another class or author: ${fixCommand(id, 'EXECUTED')}  # it will not run again`,
    'Start the application again.',
  ];
}

function foreignChange({ change, entry }: PlannedChange): ForeignChange[] {
  if (!entry) return [];
  const { id: changeId, className, author, target } = change;
  const recorded = { className: entry.className, author: entry.author, targetSystem: entry.targetSystem };
  return [{ changeId, recorded, inCode: { className, author, targetSystem: target.id } }];
}

function foreignLine({ changeId, recorded, inCode }: ForeignChange): string {
  return `  - "${changeId}": recorded is ${featureText(recorded)}; the code has ${featureText(inCode)}.`;
}

function featureText({ className, author, targetSystem }: ChangeFeatures): string {
  return `class ${className} of ${author} on target system "${targetSystem}"`;
}
