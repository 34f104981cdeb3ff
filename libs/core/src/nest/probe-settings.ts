import {
  optionFaults,
  optionsOf,
  shown,
  withoutUndefined,
  type OptionNames,
} from '../errors/option-names.js';
import { probeVariables } from '../runtime/node-runtime.js';
import { probeFromEnvironment } from './environment-settings.js';
import type { FlamingockSettings } from './flamingock-options.js';
import type { ProbeSettings } from './probe-options.js';
import { A_PORT, isPort } from './ports.js';

const PROBE: OptionNames<ProbeSettings> = { port: true, host: true, keepOpen: true, required: true };

/** A probe that is wanted, with every default filled in, and what is wrong with what asks for it. */
export interface WantedProbe {
  /** `undefined`: none. */
  readonly probe: Required<ProbeSettings> | undefined;
  readonly faults: readonly string[];
}

/** What variables and these settings come to, the later ones winning. */
export function resolveProbe(layers: readonly FlamingockSettings[]): WantedProbe {
  const variables = probeFromEnvironment(probeVariables());
  const given = layers.map((layer) => optionsOf(layer).probe).filter((probe) => probe !== undefined);
  const last = given.at(-1);
  const set = given.filter((probe) => probe !== false).map((probe) => withoutUndefined(optionsOf(probe)));
  const {
    port,
    host = '127.0.0.1',
    keepOpen = false,
    required = false,
  } = Object.assign({}, variables.probe, ...set) as ProbeSettings;
  const probe = port === undefined || last === false ? undefined : { port, host, keepOpen, required };
  return {
    probe,
    faults: [...variables.faults, ...given.flatMap(nameFaults), ...(probe ? valueFaults(probe) : [])],
  };
}

function nameFaults(probe: ProbeSettings | false): string[] {
  return probe === false ? [] : optionFaults('probe', probe, PROBE);
}

function valueFaults({ port, host, keepOpen, required }: Required<ProbeSettings>): string[] {
  const faults = [
    isPort(port) ? undefined : `probe.port must be ${A_PORT}, not ${shown(port)}`,
    typeof host === 'string' && host !== ''
      ? undefined
      : `probe.host must be the address to listen on, such as '0.0.0.0', not ${shown(host)}`,
    ...Object.entries({ keepOpen, required }).map(([name, value]) =>
      typeof value === 'boolean' ? undefined : `probe.${name} must be true or false, not ${shown(value)}`,
    ),
  ];
  return faults.filter((fault) => fault !== undefined);
}
