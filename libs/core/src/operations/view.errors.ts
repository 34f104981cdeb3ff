import { FlamingockError } from '../errors/flamingock.error.js';
import { cliCommand, shellWord } from '../errors/commands.js';

/** The history has no entry of that number, so that no run has recorded it. */
export class UnknownRunError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_UNKNOWN_RUN';

  constructor(readonly seq: number) {
    super(
      `The history has no entry ${seq}, so no run has recorded it. \`${cliCommand('audit list --history')}\` lists ` +
        'every entry.',
    );
  }
}

/** Something was to be recorded about the state of a change that is not its state any more. Nothing was recorded. */
export class OutdatedRequestError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_OUTDATED_REQUEST';

  constructor(
    readonly changeId: string,
    /** Number of the last entry that the request goes by. */
    readonly seq: number,
    /** Number of the last entry that there is; `undefined`: none. */
    readonly lastSeq: number | undefined,
  ) {
    const now = lastSeq === undefined ? 'it has none' : `the last one is ${lastSeq}`;
    super(
      `Change ${JSON.stringify(changeId)} is not any more as it was looked at: the request is about entry ${seq}, and ` +
        `${now}. Nothing was recorded. Look again, \`${cliCommand(`audit list --history -c ${shellWord(changeId)}`)}\`, and decide anew.`,
    );
  }
}

/** @throws OutdatedRequestError where `seq` is given, and is not that of the last entry. */
export function assertCurrent(
  { changeId, seq }: { readonly changeId: string; readonly seq?: number | undefined },
  last: { readonly seq: number } | undefined,
): void {
  if (seq !== undefined && seq !== last?.seq) throw new OutdatedRequestError(changeId, seq, last?.seq);
}
