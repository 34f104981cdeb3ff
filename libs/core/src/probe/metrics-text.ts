import { DURATION_BOUNDS, type Histogram, type RunMetrics } from '../reporting/run-metrics.js';
import { START_PHASES, type StartReport } from '../reporting/start-state.js';

/** The media type of {@link metricsText}. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

type Labels = Readonly<Record<string, string | number>>;
type Sample = readonly [value: number, labels?: Labels, suffix?: string];

/** What runs have come to and where the start stands, as Prometheus reads it. Names and labels are fixed: `docs/probes.md`. */
export function metricsText(metrics: RunMetrics, start: StartReport): string {
  const { service, pending, change, state } = start;
  const common: Labels = service === undefined ? {} : { service };
  const family = (name: string, type: string, help: string, samples: readonly Sample[]): string[] =>
    samples.length === 0
      ? []
      : [
          `# HELP flamingock_${name} ${help}`,
          `# TYPE flamingock_${name} ${type}`,
          ...samples.map(([value, labels, suffix = '']) =>
            line(`flamingock_${name}${suffix}`, { ...common, ...labels }, value),
          ),
        ];
  const percent = change?.progress?.percent;
  const about: Labels = change ? { stage: change.stage, change: change.id } : {};
  return [
    ...family(
      'changes_total',
      'counter',
      'Changes that runs of this process have ended, by result.',
      [...metrics.changes].map(([result, count]) => [count, { result }]),
    ),
    ...family(
      'change_duration_seconds',
      'histogram',
      'How long changes took that were executed or failed.',
      [...metrics.changeSeconds].flatMap(([result, seconds]) => samplesOf(seconds, { result })),
    ),
    ...family(
      'lock_wait_seconds',
      'histogram',
      'How long runs waited for the lock, where they did.',
      samplesOf(metrics.lockWaitSeconds),
    ),
    ...family('issues', 'gauge', 'Changes that need a manual check, as far as this process has met them.', [
      [metrics.issues],
    ]),
    ...family(
      'backlog',
      'gauge',
      'Changes that are left to apply.',
      pending === undefined ? [] : [[pending]],
    ),
    ...family(
      'change_progress_ratio',
      'gauge',
      'How far the change has come that is being applied, where it reports a total.',
      percent === undefined ? [] : [[percent / 100, about]],
    ),
    ...family(
      'change_running_seconds',
      'gauge',
      'For how long the change has been running that is being applied.',
      change ? [[change.runningMs / 1_000, about]] : [],
    ),
    ...family(
      'state',
      'gauge',
      'Where the start stands: 1 for the present state, 0 for the others.',
      START_PHASES.map((phase) => [phase === state ? 1 : 0, { state: phase }]),
    ),
    '',
  ].join('\n');
}

function samplesOf(histogram: Histogram, labels: Labels = {}): Sample[] {
  const { buckets, count, sum } = histogram;
  return [
    ...DURATION_BOUNDS.map((le, at): Sample => [buckets[at] ?? 0, { ...labels, le }, '_bucket']),
    [count, { ...labels, le: '+Inf' }, '_bucket'],
    [sum, labels, '_sum'],
    [count, labels, '_count'],
  ];
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(String(text))}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
