import { aKeyPair } from '../fixtures/evidence.js';
import { failureOf } from '../fixtures/runs.js';
import { isServiceLink, settingsFromEnvironment } from './environment-settings.js';
import { InvalidOptionsError } from './nest.errors.js';
import { resolveOptions } from './resolve-options.js';

const faultsOf = async (environment: Record<string, string>): Promise<readonly string[]> => {
  const error = await failureOf(Promise.resolve().then(() => settingsFromEnvironment(environment)));
  expect(error).toBeInstanceOf(InvalidOptionsError);
  return (error as InvalidOptionsError).faults;
};

describe('settingsFromEnvironment', () => {
  it('leaves everything to the defaults where nothing is set', () => {
    expect(resolveOptions(settingsFromEnvironment({ PATH: '/bin' }))).toEqual(resolveOptions());
  });

  it('reads every setting', () => {
    const settings = settingsFromEnvironment({
      FLAMINGOCK_ENABLED: 'false',
      FLAMINGOCK_SERVICE: 'inventory',
      FLAMINGOCK_RUN_AT: 'manual',
      FLAMINGOCK_ROLE: 'wait',
      FLAMINGOCK_STAGES: 'schema, data',
      FLAMINGOCK_ON_ISSUE: 'skip',
      FLAMINGOCK_OUT_OF_ORDER: 'fail',
      FLAMINGOCK_DIAGNOSIS_STATEMENTS: 'false',
      FLAMINGOCK_LOCK_LEASE_MS: '1000',
      FLAMINGOCK_LOCK_WAIT_MS: '0',
      FLAMINGOCK_LOCK_RETRY_MS: '20',
      FLAMINGOCK_RETRY_ATTEMPTS: '5',
      FLAMINGOCK_RETRY_INITIAL_MS: '7',
      FLAMINGOCK_RETRY_MAX_MS: '70',
      FLAMINGOCK_BACK_OFF_WAIT_MS: '0',
      FLAMINGOCK_CIRCUIT_FAILURES: '2',
      FLAMINGOCK_CIRCUIT_INITIAL_MS: '8',
      FLAMINGOCK_CIRCUIT_MAX_MS: '80',
      FLAMINGOCK_RUN_TIMEOUT_MS: '30',
      FLAMINGOCK_CHANGE_TIMEOUT_MS: '40',
      FLAMINGOCK_GRACE_MS: '50',
      FLAMINGOCK_ANSWER_TIMEOUT_MS: '60',
      FLAMINGOCK_COMMIT_TIMEOUT_MS: '70',
      FLAMINGOCK_ROLLBACK_TIMEOUT_MS: '80',
      FLAMINGOCK_TAKE_OVER_TIMEOUT_MS: '55',
      FLAMINGOCK_ON_UNAPPROVED: 'wait',
      FLAMINGOCK_EMERGENCY: 'the shop is down',
      FLAMINGOCK_EVIDENCE_KEY_FILE: 'evidence.pem',
    });
    expect(settings).toEqual({
      evidence: { keyFile: 'evidence.pem' },
      enabled: false,
      service: 'inventory',
      runAt: 'manual',
      approvals: { onUnapproved: 'wait', emergency: 'the shop is down' },
      role: 'wait',
      stages: ['schema', 'data'],
      onIssue: 'skip',
      outOfOrder: 'fail',
      diagnosis: { statements: false },
      lock: { leaseMs: 1_000, waitMs: 0, retryMs: 20 },
      retry: { attempts: 5, initialMs: 7, maxMs: 70 },
      backOff: { waitMs: 0 },
      circuit: { failures: 2, initialMs: 8, maxMs: 80 },
      timeouts: {
        runMs: 30,
        changeMs: 40,
        graceMs: 50,
        answerMs: 60,
        commitMs: 70,
        rollbackMs: 80,
        takeOverMs: 55,
      },
    });
    // The file itself is not there.
    const { key } = aKeyPair();
    expect(() => resolveOptions(settings, { evidence: { key } })).not.toThrow();
  });

  it('takes a variable that is empty, or blank, for one that is not set', () => {
    const environment = { FLAMINGOCK_ENABLED: '', FLAMINGOCK_SERVICE: '  ', FLAMINGOCK_LOCK_LEASE_MS: '' };
    expect(resolveOptions(settingsFromEnvironment(environment))).toEqual(resolveOptions());
  });

  it('knows the variables that say what is running', () => {
    const environment = { FLAMINGOCK_VERSION: '1.2.3', FLAMINGOCK_REVISION: 'abc' };
    expect(resolveOptions(settingsFromEnvironment(environment))).toEqual(resolveOptions());
  });

  it('forgives spaces around a value', () => {
    expect(
      settingsFromEnvironment({ FLAMINGOCK_ENABLED: ' true ', FLAMINGOCK_GRACE_MS: ' 5 ' }),
    ).toMatchObject({
      enabled: true,
      timeouts: { graceMs: 5 },
    });
  });

  it.each([
    ['FLAMINGOCK_ENABLED', 'yes', 'one of true, false'],
    ['FLAMINGOCK_ENABLED', 'TRUE', 'one of true, false'],
    ['FLAMINGOCK_ROLE', 'waiter', 'one of both, execute, wait'],
    ['FLAMINGOCK_RUN_AT', 'start', 'one of bootstrap, after-module-init, manual, module-init'],
    ['FLAMINGOCK_ON_ISSUE', 'ignore', 'one of fail, skip'],
    ['FLAMINGOCK_OUT_OF_ORDER', 'x', 'one of allow, warn, fail'],
    ['FLAMINGOCK_LOCK_LEASE_MS', '10s', 'a whole number of milliseconds'],
    ['FLAMINGOCK_LOCK_WAIT_MS', '-1', 'a whole number of milliseconds'],
    ['FLAMINGOCK_LOCK_RETRY_MS', '1.5', 'a whole number of milliseconds'],
    ['FLAMINGOCK_RETRY_ATTEMPTS', 'many', 'a whole number'],
    ['FLAMINGOCK_RUN_TIMEOUT_MS', '0x10', 'a whole number of milliseconds'],
    ['FLAMINGOCK_CHANGE_TIMEOUT_MS', 'none', 'a whole number of milliseconds'],
    ['FLAMINGOCK_GRACE_MS', '1e3', 'a whole number of milliseconds'],
  ])('names %s where its value is %s', async (name, value, wanted) => {
    expect(await faultsOf({ [name]: value })).toEqual([`${name} must be ${wanted}, not "${value}"`]);
  });

  it('refuses a variable that it does not know, and lists those it does', async () => {
    const [fault, ...others] = await faultsOf({ FLAMINGOCK_ONISSUE: 'skip' });
    expect(others).toEqual([]);
    expect(fault).toMatch(/^FLAMINGOCK_ONISSUE is not a variable of Flamingock.*FLAMINGOCK_ON_ISSUE/);
  });

  it('lists every fault at once', async () => {
    const faults = await faultsOf({ FLAMINGOCK_ENABLED: 'x', FLAMINGOCK_GRACE_MS: 'y', FLAMINGOCK_Z: '1' });
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
      'FLAMINGOCK_ENABLED',
      'FLAMINGOCK_GRACE_MS',
      'FLAMINGOCK_Z',
    ]);
  });

  it('has no stage without a name', async () => {
    const stages = (value: string) => settingsFromEnvironment({ FLAMINGOCK_STAGES: value }).stages;
    expect(stages('schema,data,')).toEqual(['schema', 'data']);
  });

  it.each(['', '_DEMO', '_PROBE', '_LOCK', '_SERVICE', '_PORT', '_RUN_AT', '_DB2', '_ORDERS__V2', '__DEMO'])(
    'takes what Kubernetes sets for a Service FLAMINGOCK%s for no setting of its own',
    (name) => {
      const service = `FLAMINGOCK${name}`;
      const injected = {
        [`${service}_SERVICE_HOST`]: '10.0.0.1',
        [`${service}_SERVICE_PORT`]: '80',
        [`${service}_SERVICE_PORT_HTTP_ADMIN`]: '80',
        [`${service}_PORT`]: 'tcp://10.0.0.1:80',
        ...Object.fromEntries(
          ['TCP', 'UDP', 'SCTP'].flatMap((protocol) =>
            ['', '_PROTO', '_PORT', '_ADDR'].map((end) => [`${service}_PORT_80_${protocol}${end}`, 'x']),
          ),
        ),
      };
      expect(resolveOptions(settingsFromEnvironment(injected))).toEqual(resolveOptions());
    },
  );

  it('is not set by Kubernetes, whatever a Service is named', async () => {
    const [fault = ''] = await faultsOf({ FLAMINGOCK_X: '' });
    const known = fault.slice(fault.indexOf('there are ')).match(/FLAMINGOCK_\w+/g) ?? [];
    expect(known).toContain('FLAMINGOCK_SERVICE');
    // Of that one, which says what it is, Kubernetes' value is known by its form.
    expect(known.filter((name) => isServiceLink(name))).toEqual(['FLAMINGOCK_PROBE_PORT']);
  });

  it.each([
    'FLAMINGOCK_PORTS',
    'FLAMINGOCK_HOST',
    'FLAMINGOCK_SERVICES',
    'FLAMINGOCK_SERVICE_NAME',
    'FLAMINGOCK_SERVICEHOST',
    'FLAMINGOCK_SERVICE_HOST_MS',
    'FLAMINGOCK_LOCK_SERVICE',
    'FLAMINGOCK_DEMO_PORT_HTTP',
    'FLAMINGOCK_DEMO_PORT_80',
    'FLAMINGOCK_DEMO_PORT_80_HTTP',
    'FLAMINGOCK_DEMO_PORT_80_TCP_LEASE_MS',
    'FLAMINGOCK_LOCK_LEASE_MS_PORT_80_TCP_',
    'FLAMINGOCK__SERVICE_HOST',
    'FLAMINGOCK_9_SERVICE_host',
  ])('takes %s, which Kubernetes never sets, for a misspelt setting', async (name) => {
    expect(await faultsOf({ [name]: '1' })).toEqual([
      expect.stringContaining(`${name} is not a variable of Flamingock`),
    ]);
  });
});
