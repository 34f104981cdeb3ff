import { cliCommand } from '../errors/commands.js';
import { FlamingockError } from '../errors/flamingock.error.js';

/** The ledger of decisions is not as it was written. Nothing was added to it, and no approval in it counts. */
export class LedgerTamperedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_LEDGER_TAMPERED';

  constructor(
    readonly service: string,
    /** Place of the first broken decision. */
    readonly seq: number,
    /** What is wrong with it, in words that follow "decision 3". */
    readonly fault: string,
  ) {
    super(
      `The decisions of service "${service}" were changed: decision ${seq} ${fault}. No approval counts, and nothing was ` +
        `recorded. Find out who did it, and restore the records of the audit store; \`${cliCommand('audit verify')}\` ` +
        'shows the first fault.',
    );
  }
}
