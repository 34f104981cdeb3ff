import { momentOf } from '../audit/store-time.js';
import { shown } from '../errors/option-names.js';
import { circuitState, type CircuitState } from '../recovery/circuit.js';
import { circuitKey, readCircuits, type KeptCircuits } from '../run/circuits.js';
import type { Engine } from '../run/engine.js';
import { operatorOf, type Operation } from './operation-context.js';
import { InvalidRequestError } from './operation.errors.js';

/** A target system that has failed, and not succeeded since. */
export interface CircuitStatus {
  readonly targetSystem: string;
  readonly state: CircuitState;
  /** Failures in a row. */
  readonly failures: number;
  /** When the first of them was, on the audit store's clock: ISO 8601, UTC. */
  readonly since: string;
  /** When one change finds out whether it is back: ISO 8601, UTC; absent where the circuit is closed. */
  readonly until?: string;
  /** The last failure, with secrets masked. */
  readonly error: string;
}

/** The circuit of one target system. */
export interface CircuitCloseRequest {
  /** Id of the target system. */
  readonly targetSystem: string;
}

/** The circuits of target systems that have failed, by the audit store's clock. Takes no lock and writes nothing. */
export async function circuitList({ store, pipeline }: Engine): Promise<CircuitStatus[]> {
  const circuits = await readCircuits(store.records, pipeline.service);
  if (circuits.size === 0) return [];
  return circuitsAt(circuits, await store.now());
}

/** What there is to tell of circuits at a moment of the store's time. */
export function circuitsAt(circuits: KeptCircuits, now: number): CircuitStatus[] {
  return [...circuits.values()].map((circuit) => ({
    targetSystem: circuit.targetSystem,
    state: circuitState(circuit, now),
    failures: circuit.failures,
    since: momentOf(circuit.since),
    ...(circuit.opened > 0 && { until: momentOf(circuit.until) }),
    error: circuit.error,
  }));
}

/**
 * Closes a circuit, and forgets the failures that it counts: the next start uses the target system again.
 *
 * @returns false where nothing was counted.
 * @throws InvalidRequestError for a target system that neither code nor circuits know.
 */
export async function circuitClose(
  engine: Engine,
  request: CircuitCloseRequest,
  operation: Operation,
): Promise<boolean> {
  const { store, pipeline, events } = engine;
  const { service } = pipeline;
  for (;;) {
    const circuits = await readCircuits(store.records, service);
    const { targetSystem } = checked(request, engine, circuits);
    const circuit = circuits.get(targetSystem);
    if (!circuit) return false;
    operation.signal.throwIfAborted();
    // A holder may write it meanwhile: what it has found out since is closed with it.
    const key = circuitKey(service, targetSystem);
    if (!(await store.records.remove(key, { ifVersion: circuit.version }))) continue;
    events.publish('circuit.closed', { service, targetSystem, ...operatorOf(operation) });
    return true;
  }
}

function checked(
  request: CircuitCloseRequest,
  { targets }: Engine,
  circuits: KeptCircuits,
): CircuitCloseRequest {
  const { targetSystem } = request as { targetSystem: unknown };
  const known = [...new Set([...targets.map(({ id }) => id), ...circuits.keys()])];
  if (typeof targetSystem === 'string' && known.includes(targetSystem)) return { targetSystem };
  const problem = `must be the id of a target system, not ${shown(targetSystem)}; there are ${known.join(', ')}`;
  throw new InvalidRequestError([{ field: 'targetSystem', problem }]);
}
