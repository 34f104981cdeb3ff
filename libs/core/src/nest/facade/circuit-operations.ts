import {
  circuitClose,
  circuitList,
  type CircuitCloseRequest,
  type CircuitStatus,
} from '../../operations/circuits.js';
import type { OperationContext } from '../../operations/operation-context.js';
import type { EngineHost } from '../engine-host.js';

/** Target systems that have failed, and may be left alone for a while: `flamingock.circuits`. */
export class CircuitOperations {
  constructor(private readonly host: EngineHost) {}

  /** Those that have failed and not succeeded since, by the audit store's clock. Takes no lock and writes nothing. */
  async list(): Promise<CircuitStatus[]> {
    return circuitList(await this.host.engine());
  }

  /**
   * Closes a circuit, and forgets the failures that it counts: the next start uses the target system again. Takes no
   * lock. History has no entry of it; who and why are in the event `circuit.closed`.
   *
   * @returns whether any failure was counted.
   * @throws InvalidRequestError for a target system that is not known.
   */
  close(request: CircuitCloseRequest, context: OperationContext = {}): Promise<boolean> {
    return this.host.perform(context, (engine, operation) => circuitClose(engine, request, operation));
  }
}
