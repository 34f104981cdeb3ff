import { METADATA, type RecoveryOptions } from './change-metadata.js';
import { declaration } from './declaration.decorator.js';

/**
 * Declares what may happen after a failure whose outcome is not known. Without it a
 * change stops the next run until somebody has checked by hand (`MANUAL_INTERVENTION`).
 */
export function Recovery(options: RecoveryOptions): ClassDecorator {
  return declaration('@Recovery()', METADATA.recovery, strategyOf(options));
}

/** The strategy; whatever else was given, so that its fault can be told. */
function strategyOf(options: RecoveryOptions | null | undefined): unknown {
  const isOnlyStrategy = options && Object.keys(options).join() === 'strategy';
  return isOnlyStrategy ? options.strategy : (options ?? 'nothing');
}
