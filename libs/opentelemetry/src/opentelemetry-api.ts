import { Logger } from '@nestjs/common';
import type * as api from '@opentelemetry/api';
import { errorText } from '@nestjs-flamingock/core/adapter';

/** What `@opentelemetry/api` exports. */
export type OpenTelemetryApi = typeof api;

/** Under which traces and metrics name who made them. */
export const SCOPE = '@nestjs-flamingock/opentelemetry';

/** The package of the application, or `undefined` with a warning: telemetry is no reason not to start. */
export async function loadApi(): Promise<OpenTelemetryApi | undefined> {
  try {
    return await import('@opentelemetry/api');
  } catch (error) {
    new Logger('Flamingock').warn(
      'There are no traces and metrics of changes, because @opentelemetry/api cannot be loaded. Install it ' +
        `(npm install @opentelemetry/api), or leave FlamingockOpenTelemetryModule out: ${errorText(error)}`,
    );
    return undefined;
  }
}
