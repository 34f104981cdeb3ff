import { KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } from 'kafkajs';
import { isFencing, isRefusedCommit } from './driver-error.js';

function answer(type: string, code: number): Error {
  return new KafkaJSProtocolError({ type, code, retriable: false, message: type } as never);
}

describe('isRefusedCommit', () => {
  it.each([
    ['INVALID_PRODUCER_EPOCH', 47],
    ['INVALID_TXN_STATE', 48],
    ['CONCURRENT_TRANSACTIONS', 51],
  ])('takes %s for an answer that nothing was committed', (type, code) => {
    expect(isRefusedCommit(answer(type, code))).toBe(true);
    expect(
      isRefusedCommit(
        new KafkaJSNumberOfRetriesExceeded(answer(type, code), { retryCount: 0, retryTime: 0 }),
      ),
    ).toBe(true);
  });

  it.each([
    ['COORDINATOR_NOT_AVAILABLE', 15],
    ['NOT_COORDINATOR', 16],
    ['REQUEST_TIMED_OUT', 7],
    ['UNKNOWN', -1],
  ])('leaves open what became of a commit that was answered %s', (type, code) => {
    expect(isRefusedCommit(answer(type, code))).toBe(false);
  });
});

describe('isFencing', () => {
  it('does not take a transaction before that is being ended for the end of the producer', () => {
    expect(isFencing(answer('CONCURRENT_TRANSACTIONS', 51))).toBe(false);
  });
});
