import type { Bench } from '../harness/bench.js';
import type { Section } from '../harness/section.js';
import { applyFromFar, applyOnMariaDb, applyOnMongo, applyOnPostgres, applyOnSqlite } from './apply.js';
import { dashboardServer, dashboardStartUp } from './dashboard.js';
import { drift } from './drift.js';
import { fleet } from './fleet.js';
import { growth } from './growth.js';
import { guard } from './guard.js';
import { memory } from './memory.js';
import { nothingPending } from './nothing-pending.js';
import { startUp } from './start-up.js';
import { takeOver } from './take-over.js';
import { targets } from '../targets/targets.js';
import { waiting } from './waiting.js';
import { weight } from './weight.js';

/** Finds something out, and says what. */
export type Measure = (bench: Bench) => Promise<Section>;

/** Everything that is measured, by the name that `--only` takes. */
export const measures: Readonly<Record<string, readonly Measure[]>> = {
  apply: [applyOnPostgres, applyFromFar, applyOnMariaDb, applyOnSqlite, applyOnMongo],
  growth: [growth],
  'nothing-pending': [nothingPending],
  'start-up': [startUp],
  fleet: [fleet, waiting],
  'take-over': [takeOver],
  memory: [memory],
  guard: [guard],
  drift: [drift],
  dashboard: [dashboardServer, dashboardStartUp],
  weight: [weight],
  targets,
};
