import { cliCommand } from '../errors/commands.js';
import { errorText } from '../errors/error-text.js';
import { FlamingockError } from '../errors/flamingock.error.js';
import { listed } from '../errors/listed.js';

/** A head was to be signed, and the application has no key for it. */
export class NoEvidenceKeyError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_NO_EVIDENCE_KEY';

  constructor(readonly service: string) {
    super(
      `Nothing was signed: the application of service "${service}" has no key for it. Set evidence.key in ` +
        'FlamingockModule.forRoot, or FLAMINGOCK_EVIDENCE_KEY_FILE to the path of an Ed25519 private key in PEM form.',
    );
  }
}

/** A head was to be signed, and there is no history. */
export class NothingToSignError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_NOTHING_TO_SIGN';

  constructor(readonly service: string) {
    super(
      `Nothing was signed: the history of service "${service}" has no entry. If it should have some, compare service, ` +
        `database and prefix: \`${cliCommand('status')}\`.`,
    );
  }
}

/** A signer gave no signature that proves anything. Nothing was signed; the history is as it was. */
export class SigningFailedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_SIGNING_FAILED';

  constructor(
    readonly keyId: string,
    cause: unknown,
  ) {
    super(
      `The head was not signed: the signer of key ${JSON.stringify(keyId)} failed: ${errorText(cause)}. The history is as ` +
        `it was. Once the signer works again: \`${cliCommand('head sign')}\`.`,
      { cause },
    );
  }
}

/** An anchor did not take a statement. */
export class AnchorFailedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_ANCHOR_FAILED';

  constructor(
    readonly anchor: string,
    /** As a sentence goes on after "it": `answered 503`. */
    readonly problem: string,
  ) {
    super(
      `The signed head was not kept in ${anchor}: it ${problem}. Once it works again: \`${cliCommand('head sign')}\`.`,
    );
  }
}

/** Statements that prove nothing about this history. Nothing was verified. Lists every fault. */
export class StatementsRefusedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_STATEMENTS_REFUSED';

  constructor(
    /** At least one. */
    readonly faults: readonly string[],
  ) {
    super(
      `The history was not verified, because not everything that it was to be compared with is a signed head of it:${listed(faults)}\n` +
        'Take the file as the anchor kept it, and the public key of the signer; a line that a crash has cut off may be ' +
        `taken out. Without them: \`${cliCommand('audit verify')}\`.`,
    );
    this.hide('faults');
  }
}
