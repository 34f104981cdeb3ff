import { METADATA, type RecoveryOptions } from './change-metadata.js';
import { declaration } from './declaration.decorator.js';

/**
 * Declares what may happen after a failure whose outcome is not known. Without it a
 * change stops the next run until somebody has checked by hand (`MANUAL_INTERVENTION`).
 */
export function Recovery(options: RecoveryOptions): ClassDecorator {
  return declaration('@Recovery()', METADATA.recovery, options.strategy);
}
