import { RecoveryStrategy } from '../audit/recovery-strategy.js';
import type { RecoveryOptions, RefusedRecovery } from './change-metadata.js';
import { declaration, unlessBare } from './declaration.decorator.js';

/**
 * Declares what may happen after a failure whose outcome is not known. Without it a
 * change stops the next run until an operator has checked by hand (`MANUAL_INTERVENTION`).
 */
export function Recovery(options: RecoveryOptions): ClassDecorator {
  return unlessBare(options, declaration('@Recovery()', 'recovery', strategyOf(options)));
}

/** The strategy. Any other value is kept apart, so that its fault can be reported. */
function strategyOf(options: RecoveryOptions | null | undefined): RecoveryStrategy | RefusedRecovery {
  const strategies: readonly unknown[] = Object.values(RecoveryStrategy);
  const isOnlyStrategy = typeof options === 'object' && options && Object.keys(options).join() === 'strategy';
  return isOnlyStrategy && strategies.includes(options.strategy) ? options.strategy : { given: options };
}
