import { MaskingLogger } from './masking-logger.js';

/** Who speaks of nothing but the start. */
const NEST = ['NestFactory', 'InstanceLoader', 'NestApplicationContext', 'ExceptionHandler'];
const FLAMINGOCK = 'Flamingock';

/**
 * What the application logs, and nothing of Nest's start, of the runs that the command itself
 * reports, of stacks and details.
 */
export class CommandLogger extends MaskingLogger {
  constructor(colors: boolean) {
    super({ colors, logLevels: ['log', 'warn', 'error', 'fatal'] });
  }

  override log(message: unknown, ...parameters: unknown[]): void {
    // Who says it has another name in a bundle that is minified.
    const isModule = typeof message === 'string' && message.endsWith(' dependencies initialized');
    if (!isModule && !isOurs(parameters)) super.log(message, ...parameters);
  }

  override warn(message: unknown, ...parameters: unknown[]): void {
    if (!isOurs(parameters)) super.warn(message, ...parameters);
  }

  override error(message: unknown, ...parameters: unknown[]): void {
    // A listener of the application's that threw is its own affair; the rest is in the report.
    if (isOurs(parameters) && !parameters.some((one) => one instanceof Error)) return;
    super.error(message instanceof Error ? message.message : message, contextOf(parameters));
  }
}

function contextOf(parameters: readonly unknown[]): string {
  const last = parameters.at(-1);
  return typeof last === 'string' ? last : '';
}

function isOurs(parameters: readonly unknown[]): boolean {
  const context = contextOf(parameters);
  return context === FLAMINGOCK || NEST.includes(context);
}
