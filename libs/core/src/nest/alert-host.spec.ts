import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { inMemoryAuditStore, InMemoryAuditStore, InMemoryDatabase } from '@nestjs-flamingock/testing';
import type { AlertMessage } from '../alerts/alert.js';
import type { AlertSettings } from '../alerts/alert-channel.js';
import { NoAlertChannelError } from '../alerts/alert.errors.js';
import { Change } from '../change/change.decorator.js';
import { Execution } from '../change/execution.decorator.js';
import { TargetSystem } from '../change/target-system.decorator.js';
import { aModule, boot, closeApplications, rootModule } from '../fixtures/applications.js';
import { failureOf } from '../fixtures/runs.js';
import { ManualInterventionError, ChangeFailedError } from '../run/run.errors.js';
import { FlamingockService } from './flamingock.service.js';
import type { FlamingockModuleOptions } from './flamingock-options.js';
import { InvalidOptionsError } from './nest.errors.js';
import { nonTransactionalTargetSystem } from './non-transactional.target-system.js';

let database: InMemoryDatabase;
let broken: boolean;
let got: AlertMessage[];
let answer: () => Promise<void>;

beforeEach(() => {
  database = new InMemoryDatabase();
  broken = true;
  got = [];
  answer = () => Promise.resolve();
});

afterEach(closeApplications);

@Change({ id: 'publish', order: '0001', author: 'team' })
@TargetSystem('files')
class Publish {
  @Execution() execute(): void {
    if (broken) throw new TypeError('broke');
  }
}

const PAGER = {
  name: 'pager',
  deliver: async (message: AlertMessage): Promise<void> => {
    got.push(message);
    await answer();
  },
};
const SETTINGS: AlertSettings = {
  channels: [PAGER],
  remindAfterMs: [],
  retry: { attempts: 3, initialMs: 1, maxMs: 1 },
  timeoutMs: 1_000,
  intervalMs: 60_000,
  afterFailureMs: 60_000,
  link: undefined,
};

/** A module that sets these alerts, as that of a library does. */
function alertsModule(...settings: Partial<AlertSettings>[]) {
  const set = (flamingock: FlamingockService): void => {
    for (const one of settings) flamingock.alerts.use({ ...SETTINGS, ...one });
  };
  return aModule({ providers: [{ provide: 'alerts', inject: [FlamingockService], useFactory: set }] });
}

function start(
  alerts: Partial<AlertSettings>[] = [{}],
  settings: Partial<FlamingockModuleOptions> = {},
): Promise<INestApplicationContext> {
  const flamingock = {
    service: 'shop',
    auditStore: inMemoryAuditStore(database),
    targetSystems: [nonTransactionalTargetSystem('files')],
    ...settings,
  };
  return boot(rootModule({ flamingock, changes: [Publish], imports: [alertsModule(...alerts)] }));
}

const phases = () => got.map(({ kind, phase }) => `${kind} ${phase}`);
const alertsOf = () => new InMemoryAuditStore(database).records.list('shop', 'alert');
const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await pause(5);
};

describe('a start with channels for alerts', () => {
  it('that fails has told so before it ends', async () => {
    expect(await failureOf(start())).toBeInstanceOf(ChangeFailedError);
    expect(phases()).toEqual(['issue opened']);
    expect(await failureOf(start())).toBeInstanceOf(ManualInterventionError);
    expect(phases()).toEqual(['issue opened']);
  });

  it('that fails ends with its own error where nobody can be told', async () => {
    answer = () => Promise.reject(new TypeError('away'));
    expect(await failureOf(start())).toBeInstanceOf(ChangeFailedError);
  });

  it('that fails waits no longer than it may for a receiver that does not answer', async () => {
    answer = () => new Promise(() => undefined);
    expect(await failureOf(start([{ afterFailureMs: 10 }]))).toBeInstanceOf(ChangeFailedError);
  });

  it('that succeeds does not wait for a receiver that does not answer', async () => {
    await failureOf(start([{ channels: [] }]));
    answer = () => new Promise(() => undefined);
    const app = await start([{ afterFailureMs: 60_000 }], { onIssue: 'skip' });
    await until(() => got.length > 0);
    const { alerts } = app.get(FlamingockService);
    expect((await alerts.list()).map(({ kind }) => kind)).toEqual(['issue']);
    answer = () => Promise.resolve();
  }, 20_000);

  it('goes on to look while it lives', async () => {
    await start([{ intervalMs: 20 }], { onIssue: 'skip' });
    const { records } = new InMemoryAuditStore(database);
    const circuit = { failures: 5, opened: 1, since: 1_000, until: 2_000, error: 'refused' };
    await records.write(
      { service: 'shop', kind: 'circuit', key: 'files', value: JSON.stringify(circuit) },
      { ifVersion: 0 },
    );
    await until(() => phases().includes('circuit-open opened'));
  });

  it('tells by itself what an operator has resolved', async () => {
    const app = await start([{}], { onIssue: 'skip' });
    await until(() => got.length > 0);
    const { audit } = app.get(FlamingockService);
    await audit.fix({ changeId: 'publish', resolution: 'EXECUTED' }, { actor: 'ann', reason: 'looked' });
    await until(() => got.length > 1);
    expect(phases()).toEqual(['issue opened', 'issue resolved']);
  });

  it('lets what is on its way end before the application does', async () => {
    let answered = (): void => undefined;
    answer = () => new Promise((resolve) => (answered = resolve));
    const app = await start([{}], { onIssue: 'skip' });
    await until(() => got.length > 0);
    setTimeout(answered, 50);
    await app.close();
    const [record] = await alertsOf();
    expect(record?.value).toContain('deliveredAt');
  });

  it('is refused where alerts are set up twice', async () => {
    expect(await failureOf(start([{}, {}]))).toBeInstanceOf(InvalidOptionsError);
  });
});

describe('an application without channels', () => {
  it('looks for nothing and keeps nothing', async () => {
    for (const alerts of [[], [{ channels: [] }]]) {
      const app = await start(alerts, { onIssue: 'skip' });
      const { alerts: operations } = app.get(FlamingockService);
      expect(await failureOf(operations.deliver())).toBeInstanceOf(NoAlertChannelError);
      expect(await operations.list()).toEqual([]);
    }
    expect(await alertsOf()).toEqual([]);
  });
});
