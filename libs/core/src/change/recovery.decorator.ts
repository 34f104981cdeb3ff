import { RecoveryStrategy } from '../audit/recovery-strategy.js';
import type { ChangeMetadata, RecoveryOptions } from './change-metadata.js';
import { declaration, unlessBare } from './declaration.decorator.js';

/**
 * Declares what may happen after a failure whose outcome is not known. Without it a
 * change stops the next run until an operator has checked by hand (`MANUAL_INTERVENTION`).
 */
export function Recovery(options: RecoveryOptions): ClassDecorator {
  return unlessBare(options, declaration('@Recovery()', 'recovery', recoveryOf(options)));
}

/** The strategy, with what is said of retries. Any other value is kept apart, so that its fault can be reported. */
function recoveryOf(options: RecoveryOptions | null | undefined): ChangeMetadata['recovery'] {
  const strategies: readonly unknown[] = Object.values(RecoveryStrategy);
  if (typeof options !== 'object' || !options || !strategies.includes(options.strategy))
    return { given: options };
  const { strategy, retry, ...others } = options;
  if (Object.keys(others).length > 0) return { given: options };
  return retry === undefined ? strategy : { strategy, retry };
}
