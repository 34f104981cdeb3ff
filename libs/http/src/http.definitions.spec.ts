import { httpTargetSystem } from './http.definitions.js';
import type { HttpTargetSystemOptions } from './http.options.js';

const faultsOf = (options: unknown) => httpTargetSystem('erp', options as HttpTargetSystemOptions).faults;

describe('httpTargetSystem', () => {
  it('takes an address alone', () => {
    expect(faultsOf({ baseUrl: 'https://erp.example.com/api' })).toEqual([]);
    expect(faultsOf({ baseUrl: new URL('http://user:pw@erp/') })).toEqual([]);
  });

  it.each([undefined, 7, 'erp.example.com', 'ftp://erp', 'https://erp?x=1', 'https://:s3cret@'])(
    'says what is wrong with an address, without quoting it: %p',
    (baseUrl) => {
      const faults = faultsOf({ baseUrl });
      expect(faults).toEqual([expect.stringMatching(/^httpTargetSystem\('erp'\): baseUrl must /)]);
      expect(faults?.join()).not.toContain('s3cret');
    },
  );

  it('says all that is wrong at once', () => {
    const faults = faultsOf({
      baseUrl: 'https://erp',
      headers: { authorization: 7 },
      idempotency: 'yes',
      idempotencyHeader: 'Idempotency Key',
      timeoutMs: 0,
      maxAnswerBytes: 0.5,
      retry: { attempts: 0, initialMs: 0, maxMs: -1, max: 1 },
      secrets: { headers: 'x-secret', quary: [] },
      timeout: 5,
    });
    expect(faults).toEqual([
      expect.stringContaining('has no option "timeout"'),
      expect.stringContaining("idempotency must be 'honoured' or 'ignored'"),
      expect.stringContaining('idempotencyHeader must be the name of a header'),
      expect.stringContaining('headers must have texts as values'),
      expect.stringContaining('timeoutMs must be a number of milliseconds from 1'),
      expect.stringContaining('maxAnswerBytes must be a whole number from 1'),
      expect.stringContaining('in "retry" has no option "max"'),
      expect.stringContaining('attempts must be a whole number from 1'),
      expect.stringContaining('initialMs must be a number of milliseconds from 1'),
      expect.stringContaining('maxMs must be a number of milliseconds'),
      expect.stringContaining('in "secrets" has no option "quary"'),
      expect.stringContaining('headers must be a list of names'),
    ]);
  });

  it('takes no other thing for options', () => {
    expect(faultsOf('https://erp')?.[0]).toContain('takes its options as an object');
    expect(faultsOf(undefined)?.[0]).toContain('takes its options as an object');
  });
});
