import { failureOf, SERVICE } from '../fixtures/runs.js';
import { AuditStoreUnavailableError, AuditTamperedError } from './audit.errors.js';
import { reachStore } from './reach.js';

describe('reachStore', () => {
  it('gives what the store answers', async () => {
    expect(await reachStore(SERVICE, async () => 5)).toBe(5);
  });

  it('says that the store cannot be used, and why', async () => {
    const cause = new TypeError('no such host');
    const error = await failureOf(reachStore(SERVICE, () => Promise.reject(cause)));
    expect(error).toBeInstanceOf(AuditStoreUnavailableError);
    expect(error).toMatchObject({ service: SERVICE, cause });
    expect((error as Error).message).toMatch(
      /^The audit store of service "inventory" cannot be used: TypeError: no such host\. Nothing more was run\. Check that .*, then start again\.$/,
    );
  });

  it('does not say it twice', async () => {
    const told = new AuditStoreUnavailableError(SERVICE, new TypeError('no such host'));
    expect(await failureOf(reachStore(SERVICE, () => Promise.reject(told)))).toBe(told);
  });

  it('passes a verdict on', async () => {
    const verdict = new AuditTamperedError(SERVICE, 'entry 1 was edited');
    expect(await failureOf(reachStore(SERVICE, () => Promise.reject(verdict)))).toBe(verdict);
    expect(verdict.message).toMatch(
      /^The audit history of service "inventory" was altered: entry 1 was edited\. Nothing was run\. Compare .* with a backup/,
    );
  });
});
