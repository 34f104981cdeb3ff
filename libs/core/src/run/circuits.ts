import { momentOf } from '../audit/store-time.js';
import type { AuditStore } from '../audit/audit-store.js';
import { storeFailure } from '../audit/audit.errors.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { errorText } from '../errors/error-text.js';
import { isConnectionFailure } from '../errors/transience.js';
import type { RunResources } from '../executor/change-caller.js';
import type { ChangeOutcome } from '../executor/change-executor.js';
import { FencedError } from '../lock/lock.errors.js';
import type { PlannedChange } from '../plan/execution-plan.js';
import type { RecordStore } from '../records/record-store.js';
import {
  afterFailure,
  circuitState,
  circuitText,
  readCircuit,
  type Circuit,
  type CircuitSettings,
} from '../recovery/circuit.js';
import { heldByCircuit } from '../recovery/hold-back.js';
import type { Decision } from '../recovery/recovery-decision.js';
import type { EventPublisher } from '../reporting/event-publisher.js';
import { TargetSystemUnavailableError } from '../target-system/target-system.errors.js';

/** What circuits are kept under: the id of the target system is the key. */
const CIRCUIT = 'circuit';
/** Circuits that one query reads: more than an application has target systems. */
const MOST = 1_000;

/** A circuit as it is kept, with the version of its record. */
export interface KeptCircuit extends Circuit {
  readonly version: number;
}

/** The circuits of a service, by target system: of those that have failed and not succeeded since. */
export type KeptCircuits = ReadonlyMap<string, KeptCircuit>;

/** Reads all circuits of a service, in one query. */
export async function readCircuits(records: RecordStore, service: string): Promise<KeptCircuits> {
  const kept = await records.list(service, CIRCUIT, { limit: MOST });
  return new Map(
    kept.map(({ key, value, version }) => [key, { ...readCircuit(key, value), version }] as const),
  );
}

/** Names the record of a circuit. */
export function circuitKey(service: string, targetSystem: string) {
  return { service, kind: CIRCUIT, key: targetSystem };
}

/** True for a change whose target system can be away while the audit store, which has answered, is not. */
export function hasCircuit({ target }: ChangeDescriptor, { resource }: AuditStore): boolean {
  return !('resource' in target) || target.resource !== resource;
}

/** What the circuits of one run work with. */
export interface CircuitsOptions {
  readonly resources: RunResources;
  readonly store: AuditStore;
  readonly events: EventPublisher;
  /** False: none is kept. */
  readonly settings: CircuitSettings | false;
  /** Told of a circuit that could not be written. The worst of it is that its target system is tried once more. */
  readonly warn: (warning: string) => void;
}

/** The circuits of target systems as the holder of the lock keeps them. */
export class Circuits {
  private known = new Map<string, KeptCircuit>();

  constructor(private readonly options: CircuitsOptions) {}

  /** Goes by what was read last. */
  learn(kept: KeptCircuits): void {
    this.known = new Map(kept);
  }

  /** Why a change that would be executed has to wait for its target system; `undefined` where it has not. */
  holdOf({ action, change }: PlannedChange): Decision | undefined {
    if (action !== 'EXECUTE' && action !== 'RECONCILE') return undefined;
    const circuit = this.known.get(change.target.id);
    return circuit && heldByCircuit(circuit, this.now);
  }

  /** True where a change is to find out whether its target system is back. */
  isProbe({ target }: ChangeDescriptor): boolean {
    const circuit = this.known.get(target.id);
    return circuit !== undefined && circuitState(circuit, this.now) === 'half-open';
  }

  /** Keeps what the end of a change tells of its target system. */
  async ended(change: ChangeDescriptor, outcome: ChangeOutcome, attempts: number): Promise<void> {
    const { settings, store } = this.options;
    if (settings === false || !hasCircuit(change, store)) return;
    if (outcome.status === 'executed') await this.tidy(change.target.id, (id) => this.close(id));
    else if (this.isOfTarget(change, outcome.error))
      await this.tidy(change.target.id, (id) => this.fail(id, headlineOf(outcome.error), attempts, settings));
  }

  /** Keeps that a run ended because the target system of a change could not be used. */
  async refused(change: ChangeDescriptor, error: unknown): Promise<void> {
    const { settings, store } = this.options;
    if (settings === false || !hasCircuit(change, store)) return;
    if (error instanceof TargetSystemUnavailableError && error.targetSystem === change.target.id)
      await this.tidy(change.target.id, (id) => this.fail(id, headlineOf(error), 1, settings));
  }

  private get now(): number {
    return this.options.resources.journal.now();
  }

  /** A failure of the change's own logic says nothing of its target system; nor does a run that was told to stop. */
  private isOfTarget({ target }: ChangeDescriptor, error: unknown): boolean {
    if (this.options.resources.signal.aborted) return false;
    return (
      error instanceof TargetSystemUnavailableError ||
      isConnectionFailure(error) ||
      target.isTransient?.(error) === true
    );
  }

  private async close(targetSystem: string): Promise<void> {
    const circuit = this.known.get(targetSystem);
    if (!circuit) return;
    const { store, events, resources } = this.options;
    const { service } = resources.journal;
    const condition = { ifVersion: circuit.version, hold: resources.lease.hold };
    await store.records.remove(circuitKey(service, targetSystem), condition);
    this.known.delete(targetSystem);
    if (circuit.opened > 0)
      events.publish('circuit.closed', { service, targetSystem, actor: undefined, reason: undefined });
  }

  private async fail(
    targetSystem: string,
    error: string,
    attempts: number,
    settings: CircuitSettings,
  ): Promise<void> {
    const { store, resources, events } = this.options;
    const { journal, lease, runtime } = resources;
    const { service } = journal;
    // Whole milliseconds, as reports and entries tell moments: who waits until then finds the circuit half-open.
    const failure = { targetSystem, error, attempts, at: Math.ceil(this.now) };
    for (;;) {
      const before = this.known.get(targetSystem);
      const circuit = afterFailure(before, failure, settings, runtime);
      const record = { ...circuitKey(service, targetSystem), value: circuitText(circuit) };
      const ifVersion = before?.version ?? 0;
      if (await store.records.write(record, { ifVersion, hold: lease.hold })) {
        this.known.set(targetSystem, { ...circuit, version: ifVersion + 1 });
        if (circuit.opened > 0) events.publish('circuit.opened', openedEvent(service, circuit));
        return;
      }
      // An operator has closed it meanwhile, or it was not read because no entry told of a failure.
      this.learn(await readCircuits(store.records, service));
    }
  }

  /** What was recorded of the change stays recorded. */
  private async tidy(targetSystem: string, write: (targetSystem: string) => Promise<void>): Promise<void> {
    try {
      await write(targetSystem);
    } catch (error) {
      if (error instanceof FencedError)
        throw this.options.resources.lease.lose('another instance took it over', error);
      const why = errorText(storeFailure(error));
      this.options.warn(`the circuit of target system "${targetSystem}" could not be kept: ${why}`);
    }
  }
}

/** Longest part of a failure that is kept, in UTF-16 code units. */
const MAX_LENGTH = 300;

function headlineOf(error: unknown): string {
  return errorText(error).split('\n', 1).join('').slice(0, MAX_LENGTH);
}

function openedEvent(service: string, { targetSystem, failures, since, until, error }: Circuit) {
  return { service, targetSystem, failures, since: momentOf(since), until: momentOf(until), error };
}
