import { optionFaults, optionsOf, withoutUndefined, type OptionNames } from '../errors/option-names.js';
import type { EngineSettings } from '../run/engine-settings.js';
import type { FlamingockSettings } from './flamingock-options.js';
import type { ResilienceSettings } from './resilience-options.js';
import { countFrom, milliseconds } from './value-faults.js';

type BackOff = NonNullable<ResilienceSettings['backOff']>;
type Circuit = Exclude<ResilienceSettings['circuit'], undefined | false>;

const BACK_OFF: OptionNames<BackOff> = { waitMs: true };
const CIRCUIT: OptionNames<Circuit> = { failures: true, initialMs: true, maxMs: true };

/** Settings with every default filled in, and what is wrong with them. */
export interface ResolvedResilience {
  readonly settings: Pick<EngineSettings, 'backOff' | 'circuit'>;
  readonly faults: readonly string[];
}

/** What these settings come to, the later ones winning. */
export function resolveResilience(layers: readonly FlamingockSettings[]): ResolvedResilience {
  const given = layers.map((layer) => optionsOf(layer));
  const backOffs = given.flatMap(({ backOff }) => (backOff === undefined ? [] : [backOff]));
  const circuits = given.flatMap(({ circuit }) => (circuit === undefined ? [] : [circuit]));
  const { waitMs = 30_000 } = merged<BackOff>(backOffs);
  const {
    failures = 5,
    initialMs = 30_000,
    maxMs = Math.max(initialMs, 300_000),
  } = merged<Circuit>(circuits);
  const circuit = circuits.at(-1) === false ? false : { failures, initialMs, maxMs };
  const faults = [
    ...backOffs.flatMap((one) => optionFaults('backOff', one, BACK_OFF)),
    ...circuits.flatMap((one) => (one === false ? [] : optionFaults('circuit', one, CIRCUIT))),
    milliseconds('backOff.waitMs', waitMs, 0),
    ...(circuit === false
      ? []
      : [
          countFrom(1, 'circuit.failures', failures),
          milliseconds('circuit.initialMs', initialMs, 1),
          milliseconds('circuit.maxMs', maxMs, initialMs),
        ]),
  ];
  return {
    settings: { backOff: { waitMs }, circuit },
    faults: faults.filter((fault) => fault !== undefined),
  };
}

/** Those that turn something off say nothing else of it. */
function merged<T extends object>(given: readonly (T | false)[]): Partial<T> {
  return Object.assign({}, ...given.map((one) => withoutUndefined(optionsOf(one || {})))) as Partial<T>;
}
