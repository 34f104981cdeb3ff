import type { Bench } from '../harness/bench.js';
import type { Section } from '../harness/section.js';
import { applyOnPostgres } from './apply.js';

/** Everything that is measured, by the name that `--only` takes. */
export const measures: Readonly<Record<string, readonly ((bench: Bench) => Promise<Section>)[]>> = {
  apply: [applyOnPostgres],
};
