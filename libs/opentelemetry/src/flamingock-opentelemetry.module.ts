import { Module, type FactoryProvider } from '@nestjs/common';
import { FlamingockEvents, FlamingockService } from '@nestjs-flamingock/core';
import { FLAMINGOCK_RUNTIME, type Runtime } from '@nestjs-flamingock/core/adapter';
import { ChangeTracer } from './change-tracer.js';
import { loadApi } from './opentelemetry-api.js';
import { RunMetrics } from './run-metrics.js';

/** Subscribes while Nest builds the application: before any run. */
const telemetry: FactoryProvider = {
  provide: Symbol('flamingock:telemetry'),
  inject: [FlamingockEvents, FlamingockService, FLAMINGOCK_RUNTIME],
  useFactory: async (events: FlamingockEvents, flamingock: FlamingockService, runtime: Runtime) => {
    const api = await loadApi();
    if (!api) return null;
    new ChangeTracer(api, events);
    // Nest calls its hook.
    return new RunMetrics(api, events, flamingock, runtime);
  },
};

/**
 * Traces runs and changes and measures them, through the OpenTelemetry SDK that the application has started before
 * Nest. Without an SDK, or without `@opentelemetry/api`, it does nothing.
 */
@Module({ providers: [telemetry] })
export class FlamingockOpenTelemetryModule {}
