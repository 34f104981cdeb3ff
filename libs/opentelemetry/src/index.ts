export { FlamingockOpenTelemetryModule } from './flamingock-opentelemetry.module.js';
