import type { OpenTelemetryApi } from './opentelemetry-api.js';

/** What providers of the SDK can do, and those of the API cannot. */
interface Flushable {
  forceFlush?(): Promise<void>;
}

/**
 * Has the SDK export what it has collected. A process that is there for its changes ends right after them, and the SDK
 * hears nothing of that. What cannot be exported is in OpenTelemetry's own log.
 */
export async function flush({ trace, metrics }: OpenTelemetryApi): Promise<void> {
  // The API hands out a proxy of the provider that was registered.
  const tracers = trace.getTracerProvider() as Flushable & { getDelegate?(): Flushable };
  const meters = metrics.getMeterProvider() as Flushable;
  await Promise.allSettled([(tracers.getDelegate?.() ?? tracers).forceFlush?.(), meters.forceFlush?.()]);
}
