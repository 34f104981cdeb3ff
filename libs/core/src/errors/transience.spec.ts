import { FencedError } from '../lock/lock.errors.js';
import { AuditStoreUnavailableError } from '../audit/audit.errors.js';
import { isConnectionFailure, mayPass, saysTransient } from './transience.js';

const refused = Object.assign(new TypeError('connect'), { code: 'ECONNREFUSED' });
const fenced = new FencedError('shop', 1, 'the audit history');

describe('a failure', () => {
  it('may pass where the port says so, and only there', () => {
    const port = { isTransient: (error: unknown) => error === refused };
    expect([mayPass(port, refused), mayPass(port, new TypeError())]).toEqual([true, false]);
  });

  it('may pass on a port without a word unless it is a final error of this library', () => {
    const unavailable = new AuditStoreUnavailableError('shop', refused);
    expect([refused, unavailable, fenced].map((error) => mayPass({}, error))).toEqual([true, true, false]);
  });

  it('says itself whether it passes where it is an error of this library', () => {
    expect([fenced, { isTransient: true }, refused, undefined].map(saysTransient)).toEqual([
      false,
      true,
      undefined,
      undefined,
    ]);
  });

  it.each([
    ['itself', refused],
    ['as a cause', new Error('gave up', { cause: refused })],
    ['as the error of a driver', { driverError: refused }],
    ['as one of several addresses', new AggregateError([new TypeError(), refused])],
  ])('of a connection is found %s', (_, error) => {
    expect(isConnectionFailure(error)).toBe(true);
  });

  it('of anything else is none of a connection, not even in a circle of causes', () => {
    const circle: { cause?: unknown } = {};
    circle.cause = circle;
    expect([circle, new TypeError(), 'text', undefined].map((one) => isConnectionFailure(one))).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});
