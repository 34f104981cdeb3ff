import { maskSecrets } from '../errors/mask-secrets.js';
import type { RunMetrics } from '../reporting/run-metrics.js';
import type { StartReport } from '../reporting/start-state.js';
import { METRICS_TYPE, metricsText } from './metrics-text.js';

/** What a probe is answered. */
export interface ProbeAnswer {
  readonly status: 200 | 404 | 405 | 503;
  readonly type: string;
  readonly body: string;
}

/** What is known at the moment of the question. */
export interface ProbeFacts {
  readonly start: StartReport;
  readonly metrics: RunMetrics;
  /** When it got into its state: ISO 8601, UTC. */
  readonly since: string;
  readonly role: string | undefined;
}

const JSON_TYPE = 'application/json; charset=utf-8';

/** Answers `/livez`, `/readyz` and `/metrics`, with secrets masked. */
export function probeAnswer(method: string, url: string, facts: ProbeFacts): ProbeAnswer {
  if (method !== 'GET' && method !== 'HEAD') return json(405, { error: 'GET and HEAD only' });
  const [path = ''] = url.split('?', 1);
  switch (path) {
    case '/livez':
      return json(200, { state: 'alive' });
    case '/readyz':
      return readiness(facts);
    case '/metrics':
      return { status: 200, type: METRICS_TYPE, body: metricsText(facts.metrics, facts.start) };
    default:
      return json(404, { error: 'ask for /livez, /readyz or /metrics' });
  }
}

function readiness({ start, since, role }: ProbeFacts): ProbeAnswer {
  const { state, reason, ...rest } = start;
  const body = { state, reason, since, ...(role !== undefined && { role }), ...rest };
  return json(state === 'ready' ? 200 : 503, body);
}

/** Each text is masked by itself: what the JSON around it adds must not hide the end of a secret. */
function json(status: ProbeAnswer['status'], body: object): ProbeAnswer {
  const masked = (_key: string, value: unknown): unknown =>
    typeof value === 'string' ? maskSecrets(value) : value;
  return { status, type: JSON_TYPE, body: `${JSON.stringify(body, masked)}\n` };
}
