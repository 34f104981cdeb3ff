import { FlamingockError } from '../errors/flamingock.error.js';
import { listed } from '../errors/listed.js';
import { cliCommand, issueCommand, redoCommand, shellWord } from '../errors/commands.js';

/** Neither the code nor the history has a change of that id. */
export class UnknownChangeError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_UNKNOWN_CHANGE';

  constructor(
    readonly changeId: string,
    /** Ids that look like it, the most alike first. */
    readonly nearMatches: readonly string[],
  ) {
    const hint =
      nearMatches.length > 0
        ? `Did you mean ${nearMatches.map((id) => JSON.stringify(id)).join(' or ')}?`
        : `\`${cliCommand('plan')}\` lists every change of the code, \`${cliCommand('audit list')}\` every recorded one.`;
    super(
      `Change ${JSON.stringify(changeId)} is neither in the code nor in the audit history. Nothing was done. ${hint}`,
    );
  }
}

/** There is no issue, about a change or at all. */
export class NoIssueError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_NO_ISSUE';

  constructor(
    /** `undefined`: no change has one. */
    readonly changeId: string | undefined,
    why: string,
  ) {
    const who = changeId === undefined ? 'No change has an issue' : `Change "${changeId}" has no issue`;
    super(`${who}: ${why}. Nothing was recorded.`);
  }
}

/** Somebody may not say what they wanted to say about a change. Nothing was recorded. */
export class DecisionRefusedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_DECISION_REFUSED';

  constructor(
    /** What was to be said, such as `approve`. */
    readonly kind: string,
    readonly changeId: string,
    why: string,
  ) {
    super(
      `Cannot ${kind} ${JSON.stringify(changeId)}: ${why}. Nothing was recorded. \`${issueCommand(changeId)}\` shows ` +
        'what was decided about it.',
    );
  }
}

/** A resolution needs the approval of others first. Nothing was recorded, and no method was called. */
export class ResolutionUnapprovedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_RESOLUTION_UNAPPROVED';

  constructor(
    readonly changeId: string,
    /** `EXECUTED`, `ROLLED_BACK` or `UNDONE`. */
    readonly resolution: string,
    /** How many approvals are missing. */
    readonly missing: number,
    isProposed: boolean,
  ) {
    const id = shellWord(changeId);
    const propose = `propose it, \`${cliCommand(`issue propose -c ${id} --resolution ${resolution} --reason "…"`)}\`, and have`;
    super(
      `${JSON.stringify(changeId)} cannot be resolved as ${resolution} yet: ${missing} ${missing === 1 ? 'approval' : 'approvals'} ` +
        `of others ${missing === 1 ? 'is' : 'are'} missing. Nothing was recorded. ${isProposed ? 'Have' : `First ${propose}`} ` +
        `another person approve it: \`${cliCommand(`issue approve -c ${id} --reason "…"`)}\`.`,
    );
  }
}

/** What was confirmed is not what would be done now. Nothing was done. */
export class ConfirmationStaleError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_CONFIRMATION_STALE';

  constructor(
    /** As a sentence begins: `The undo`. */
    what: string,
    /** The digest that was given. */
    readonly confirmed: string,
    /** That of what would be done now. */
    readonly digest: string,
    /** The command that shows it. */
    look: string,
  ) {
    super(
      `${what} is not what was confirmed (${JSON.stringify(confirmed)}): something was recorded since, or the request or ` +
        `the code is another. Nothing was done. See what it would do now: \`${look}\`.`,
    );
  }
}

/** What is wrong with one value of a request. */
export interface RequestFault {
  /** Name of the field, such as `actor.kind`. */
  readonly field: string;
  /** In words that follow it: `must be a whole number from 1, not 0`. */
  readonly problem: string;
}

/** An operation was asked for with values that make no sense. Lists every fault. */
export class InvalidRequestError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_INVALID_REQUEST';

  constructor(
    /** At least one. */
    readonly faults: readonly RequestFault[],
  ) {
    const told = faults.map(({ field, problem }) => `"${field}" ${problem}`);
    super(`${told.join('; ')}. Nothing was done. Correct it and ask again.`);
    this.hide('faults');
  }
}

/** Findings about changes in question were refused before anything was recorded. Lists every reason. */
export class ReconcileRefusedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_RECONCILE_REFUSED';

  constructor(
    /** Empty: no change is in question. */
    readonly refusals: readonly string[],
  ) {
    const why =
      refusals.length === 0
        ? 'no change is in question.'
        : `it needs one finding for each change in question:${listed(refusals)}`;
    super(`Nothing was recorded: ${why}\nSee what is: ${cliCommand('audit reconcile')}`);
    this.hide('refusals');
  }
}

/** Why one change cannot be undone. */
export interface UndoObstacle {
  readonly changeId: string;
  readonly problem: string;
}

/** An undo was refused before anything happened. Lists every obstacle. */
export class UndoRefusedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_UNDO_REFUSED';

  constructor(readonly obstacles: readonly UndoObstacle[]) {
    const lines = obstacles.map(({ changeId, problem }) => `"${changeId}" ${problem}`);
    super(`The undo was refused, and nothing was undone:${listed(lines)}`);
    this.hide('obstacles');
  }
}

/** A change was to be asked how much of it is there, and no method of it can tell. */
export class NoVerifyError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_NO_VERIFY';

  constructor(
    readonly changeId: string,
    /** False where only the history knows it. */
    readonly inCode: boolean,
  ) {
    super(
      inCode
        ? `Change ${JSON.stringify(changeId)} has no @Verify() method. Add one that returns 'applied', 'not-applied', 'partial' or 'unknown'.`
        : `The code no longer has change ${JSON.stringify(changeId)}, so nothing can tell how much of it is there.`,
    );
  }
}

/** A change was to be run again, and this is no development. */
export class DevelopmentOnlyError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_DEVELOPMENT_ONLY';

  constructor(
    readonly changeId: string,
    /** As a sentence goes on: `NODE_ENV is "production"`. */
    readonly why: string,
  ) {
    super(
      `"redo" is for development only, and it is off here: ${why}. Nothing was done. On a database that others use, ` +
        'write a new change for what is missing. On your own, with NODE_ENV other than production: ' +
        `\`FLAMINGOCK_DEV=1 ${redoCommand(changeId)}\`.`,
    );
  }
}

/** A change cannot be run again as it is. Lists every reason. */
export class RedoRefusedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_REDO_REFUSED';

  constructor(
    readonly changeId: string,
    /** At least one. */
    readonly reasons: readonly string[],
  ) {
    const lines = reasons.map((reason) => `${reason}.`);
    super(`Change ${JSON.stringify(changeId)} was not run again, and nothing was recorded:${listed(lines)}`);
    this.hide('reasons');
  }
}
