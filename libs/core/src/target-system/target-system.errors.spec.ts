import { AuditStoreUnavailableError } from '../audit/audit.errors.js';
import { FlamingockError } from '../errors/flamingock.error.js';
import { FencedError } from '../lock/lock.errors.js';
import { TargetSystemUnavailableError, unusable } from './target-system.errors.js';

class UnreachableError extends FlamingockError {
  readonly code = 'UNREACHABLE';
  override readonly isTransient = true;
}

describe('what keeps a target system from being used', () => {
  it.each([new TypeError('connection lost'), new UnreachableError('no broker answered')])(
    'is told with its name: %s',
    (cause) => {
      const error = unusable('orders-db', cause);
      expect(error).toBeInstanceOf(TargetSystemUnavailableError);
      expect(error).toMatchObject({ targetSystem: 'orders-db', cause });
    },
  );

  it.each([
    new FencedError('shop', 1, 'the target system'),
    new AuditStoreUnavailableError('shop', new TypeError('connection lost')),
  ])('is passed on where it says by itself what is wrong: %s', (cause) => {
    expect(unusable('orders-db', cause)).toBe(cause);
  });
});
