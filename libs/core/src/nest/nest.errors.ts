import { errorText } from '../errors/error-text.js';
import { FlamingockError } from '../errors/flamingock.error.js';

/** Settings that make no sense; every fault at once. */
export class InvalidOptionsError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_INVALID_OPTIONS';

  constructor(readonly faults: readonly string[]) {
    super(
      `Flamingock is not configured correctly. Nothing was run.\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    );
    this.hide('faults');
    this.dropFrames();
  }
}

/** A run was asked for while the module is switched off. */
export class FlamingockDisabledError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_DISABLED';

  constructor() {
    super(
      'Flamingock is switched off, so nothing was run. Set enabled (FLAMINGOCK_ENABLED) to true to apply changes.',
    );
  }
}

/** A probe that is required cannot listen. Nothing was run. */
export class ProbePortError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_PROBE_PORT';

  constructor(
    readonly host: string,
    readonly port: number,
    cause: unknown,
  ) {
    super(
      `The probe cannot listen on port ${port} of ${host} (${errorText(cause)}), and probe.required (FLAMINGOCK_PROBE_REQUIRED) ` +
        'says that there is no start without it. Nothing was run. Give it another port, probe.port (FLAMINGOCK_PROBE_PORT), ' +
        'or end what listens there.',
      { cause },
    );
  }
}
