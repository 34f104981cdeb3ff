import {
  describeHolder,
  FencedError,
  leaseRanOut,
  LockLostError,
  LockTimeoutError,
  LockUnconfirmedError,
  SelfWaitingError,
} from './lock.errors.js';

const HOLDER = {
  service: 'inventory',
  owner: 'owner-2',
  host: 'host-2',
  pid: 22,
  token: 7,
  acquiredAt: 0,
  expiresAt: 9_000,
};

describe('errors of the lock', () => {
  it('name what is fenced, for whom, and why', () => {
    expect(new FencedError('inventory', 6, 'the audit history').message).toBe(
      'Token 6 of service "inventory" may no longer write to the audit history: a later holder has taken over.',
    );
  });

  it('say of a lost lock that nothing more was done, and who decides', () => {
    const { message } = new LockLostError('inventory', 6, 'why it was lost');
    expect(message).toMatch(/"inventory" \(token 6\): why it was lost\. .*without recording or rolling back/);
    expect(message).toMatch(/the next holder of the lock decides .*\. Start this instance again\.$/);
  });

  it('say of a wait that nothing was run, and what to do in either case', () => {
    const { message } = new LockTimeoutError('inventory', 60_000, HOLDER);
    expect(message).toMatch(
      /^Waited 60000 ms .* held by host-2 \(pid 22, token 7\)\. Nothing was run here\./,
    );
    expect(message).toMatch(/FLAMINGOCK_LOCK_WAIT_MS/);
  });

  it('say of a holder that may be gone when its lease ends, and how not to wait for that', () => {
    const { message } = new LockTimeoutError('inventory', 60_000, {
      ...HOLDER,
      expiresAt: Date.UTC(2026, 0),
    });
    expect(message).toContain(
      "its lease ends by itself at 2026-01-01T00:00:00.000Z by the audit store's clock, " +
        'or at once with `npx --no @nestjs-flamingock/cli lock release --token 7 --reason "…" --yes`.',
    );
    const unknown = new LockTimeoutError('inventory', 0, undefined).message;
    expect(unknown).toContain(
      'its lease ends by itself; `npx --no @nestjs-flamingock/cli lock status` shows when.',
    );
  });
});

describe('describeHolder', () => {
  it('names a process, or says that it is not known which', () => {
    expect(describeHolder(HOLDER)).toBe('host-2 (pid 22, token 7)');
    expect(describeHolder(undefined)).toBe('another instance');
  });
});

describe('leaseRanOut', () => {
  it('says of a process that stood still for how long, and what to do in either case', () => {
    expect(leaseRanOut(9_000, 12_000)).toBe(
      'the event loop of this process stood still for at least 12000 ms, so that its lease of 9000 ms ran out; ' +
        'let it run during long synchronous work, with await setImmediate() of node:timers/promises, or raise ' +
        'lock.leaseMs (FLAMINGOCK_LOCK_LEASE_MS) above that',
    );
  });

  it('says of any other that the lease was not renewed', () => {
    expect(leaseRanOut(9_000, 0)).toBe('it could not be renewed within its lease of 9000 ms (lock.leaseMs)');
  });
});

describe('SelfWaitingError', () => {
  it('says who waits for whom, and how else to do it', () => {
    const error = new SelfWaitingError('inventory', 'publish');
    expect(error).toMatchObject({ service: 'inventory', changeId: 'publish' });
    expect(error.message).toMatch(
      /^This call inside change "publish" would wait for ever: .*"inventory", which is held by the run .*applied\. .*enabled: false \(FLAMINGOCK_ENABLED\)\.$/,
    );
  });
});

describe('LockUnconfirmedError', () => {
  it('says why a call was not made, and keeps what it waits for out of what a logger prints', () => {
    const error = new LockUnconfirmedError('inventory', 6, 'it ran out', Promise.resolve());
    expect(error.message).toMatch(
      /^The call was not made, .* "inventory" \(token 6\): it ran out\. Start this instance again\.$/,
    );
    expect(Object.keys(error)).not.toContain('known');
  });
});

describe('the codes of these errors', () => {
  it.each([
    ['FLAMINGOCK_FENCED', new FencedError('inventory', 6, 'x')],
    ['FLAMINGOCK_LOCK_LOST', new LockLostError('inventory', 6, 'x')],
    ['FLAMINGOCK_LOCK_UNCONFIRMED', new LockUnconfirmedError('inventory', 6, 'x', Promise.resolve())],
    ['FLAMINGOCK_SELF_WAITING', new SelfWaitingError('inventory', 'publish')],
    ['FLAMINGOCK_LOCK_TIMEOUT', new LockTimeoutError('inventory', 1, undefined)],
  ])('stay what programs ask for: %s', (code, error) => {
    expect(error.code).toBe(code);
  });
});
