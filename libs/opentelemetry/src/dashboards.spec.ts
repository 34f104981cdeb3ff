import { readFileSync } from 'node:fs';
import { FlamingockEvents, FlamingockService } from '@nestjs-flamingock/core';
import { InMemoryDatabase } from '@nestjs-flamingock/testing';
import { create } from './fixtures/application.js';
import { AddSku } from './fixtures/inventory.js';
import { OtlpReceiver, type ReceivedMetric } from './fixtures/otlp-receiver.js';
import { Sdk } from './fixtures/sdk.js';
import { METRICS } from './metric-names.js';

const board = readFileSync('libs/opentelemetry/dashboards/grafana.json', 'utf8');
const alerts = readFileSync('libs/opentelemetry/dashboards/prometheus-alerts.yaml', 'utf8');
const documentation = readFileSync('docs/opentelemetry.md', 'utf8');

/** What a metric is called in Prometheus, by the rules of OpenTelemetry. */
function prometheusNames({ name, unit, sum, histogram }: ReceivedMetric): string[] {
  const base = name.replaceAll('.', '_') + (unit === 's' ? '_seconds' : '');
  if (histogram) return ['bucket', 'sum', 'count'].map((part) => `${base}_${part}`);
  return [sum?.isMonotonic ? `${base}_total` : base];
}

const CIRCUIT = {
  service: 'inventory',
  targetSystem: 'feed',
  failures: 5,
  since: '2030-01-31T08:00:00.000Z',
  until: '2030-01-31T08:00:30.000Z',
  error: 'away',
};

async function collect(): Promise<readonly ReceivedMetric[]> {
  const receiver = await OtlpReceiver.open();
  const sdk = new Sdk(receiver.url);
  const app = await create(new InMemoryDatabase(), [AddSku]);
  const report = await app.get(FlamingockService).execute();
  const waited = { ...report, waitedFor: 'another instance', waitedMs: 7 };
  app.get(FlamingockEvents).publish('run.completed', {
    service: report.service,
    executionId: report.executionId,
    report: waited,
  });
  await app.get(FlamingockService).drift();
  app.get(FlamingockEvents).publish('circuit.opened', CIRCUIT);
  await sdk.flush();
  await app.close();
  await sdk.stop();
  await receiver.close();
  return receiver.metrics;
}

const metrics = await collect();
const exported = new Set(metrics.flatMap(prometheusNames));
const namesIn = (text: string) => new Set(text.match(/\bflamingock_\w+/g));

it('every metric has the name that is fixed for it', () => {
  expect(metrics.map(({ name }) => name).sort()).toEqual(Object.values(METRICS).sort());
});

it.each([
  ['the dashboard', board],
  ['the alerts', alerts],
])('%s asks for all metrics, and for nothing else', (_what, text) => {
  const asked = [...namesIn(text)];
  expect(asked.filter((name) => !exported.has(name))).toEqual([]);
  const unasked = metrics.filter((metric) => !prometheusNames(metric).some((name) => asked.includes(name)));
  expect(unasked.map(({ name }) => name)).toEqual([]);
});

it('the dashboard is one, with panels that have ids of their own', () => {
  const { uid, panels } = JSON.parse(board) as { uid: string; panels: { id: number; targets: unknown[] }[] };
  expect(uid).toBe('flamingock');
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  expect(panels.every(({ targets }) => targets.length > 0)).toBe(true);
});

it('the documentation has each metric by both of its names', () => {
  const names = [...Object.values(METRICS), ...metrics.map((metric) => prometheusNames(metric)[0] ?? '')];
  const missing = names.filter((name) => !documentation.includes(name.replace(/_bucket$/, '')));
  expect(missing).toEqual([]);
});
