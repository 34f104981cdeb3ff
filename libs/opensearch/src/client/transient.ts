import { isConnectionFailure, saysTransient } from '@nestjs-flamingock/core/adapter';
import { responseOf } from './diagnose.js';
import { isNoAnswer } from './search-link.js';

/** Of a server, or a proxy before it, that is busy, starting, electing its manager, or full for now. */
const PASSING: readonly unknown[] = [429, 502, 503, 504];

/** What `isTransient` of the target system answers, by the error's shape. */
export function isTransient(error: unknown): boolean {
  const said = saysTransient(error);
  if (said !== undefined) return said;
  if (typeof error !== 'object' || error === null) return false;
  const { status, type, reason } = responseOf(error);
  if (PASSING.includes(status) || isNoAnswer(error)) return true;
  // Somebody else was faster with a conditional write. A document that is there already stays there.
  if (type === 'version_conflict_engine_exception') return reason?.includes('required seqNo') === true;
  return isConnectionFailure(error);
}
