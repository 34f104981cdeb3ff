export { FlamingockHealthIndicator } from './flamingock.health-indicator.js';
export type { FlamingockHealth, FlamingockHealthOptions } from './flamingock-health.js';
