/** Names of all metrics. Dashboards and alerts of users depend on them: they stay. */
export const METRICS = {
  /** Changes that ended, by `result`. */
  changes: 'flamingock.changes',
  /** Seconds that changes took, by `result`. */
  duration: 'flamingock.change.duration',
  /** Seconds that a run waited for another instance. */
  lockWait: 'flamingock.lock.wait',
  /** Changes that need a manual check. */
  issues: 'flamingock.issues',
  /** Changes that the next run applies. */
  backlog: 'flamingock.backlog',
  /** Applied changes that were not there any more when they were asked last. */
  drift: 'flamingock.drift',
  /** Target systems that are left alone, as far as this process was told. */
  circuits: 'flamingock.circuits',
} as const;
