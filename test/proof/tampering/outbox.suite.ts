import type { AlertSummary } from '@nestjs-flamingock/core';
import { AlertReceiver, WEBHOOK_SECRETS } from '../../apps/e2e/alert-receiver.js';
import { boot, withApplication } from '../../apps/e2e/boot.js';
import type { FixtureOptions } from '../../apps/e2e/fixtures/app.module.js';
import { Workspace } from '../../apps/e2e/workspace.js';
import type { CreateDatabase, TestDatabase } from '../../support/test-database.js';
import type { Stored } from './stored-history.js';
import type { RecordsAccess } from './stored-records.js';

type Fields = Readonly<Record<string, unknown>>;

/** What rows of alerts that somebody has written past the library can do, whatever the store: nothing to the others. */
export function outboxSuite<T extends TestDatabase>(
  create: CreateDatabase<T>,
  accessTo: (database: T) => RecordsAccess,
): void {
  let workspace: Workspace<T>;
  let access: RecordsAccess;
  let receiver: AlertReceiver;
  /** An issue that is open, and of which nobody has been told. */
  let untold: readonly Stored[];
  beforeAll(async () => {
    workspace = await Workspace.open(create);
    access = accessTo(workspace.audit);
    const away: FixtureOptions = {
      ...options('http://127.0.0.1:1/'),
      behaviour: 'throw:half of publish,throw:rollback of publish',
    };
    await boot(away).catch(() => undefined);
    await withApplication(away, ({ alerts }) => alerts.deliver());
    untold = (await access.read()).map((row) =>
      row['kind'] === 'alert' ? { ...row, value: edited(row, { deliveries: {} }) } : row,
    );
  });
  beforeEach(async () => {
    await access.write(untold);
    receiver = new AlertReceiver();
    await receiver.listen();
  });
  afterEach(() => receiver.leave());
  afterAll(() => workspace.remove());

  const options = (url = receiver.url): FixtureOptions => ({
    ...workspace.options,
    alerts: { url, secrets: WEBHOOK_SECRETS },
  });
  const edited = ({ value }: Stored, fields: Fields): string =>
    JSON.stringify({ ...(JSON.parse(String(value)) as Fields), ...fields });
  const row = (): Stored => untold.find(({ kind }) => kind === 'alert')!;
  const deliver = () => withApplication(options(), ({ alerts }) => alerts.deliver());
  const listed = (): Promise<AlertSummary[]> => withApplication(options(), ({ alerts }) => alerts.list());
  const ids = () => receiver.events.map(({ id }) => id);
  const opened = () => `${String(row()[access.key])}-opened`;

  it('tells of the issue where it is as it was written', async () => {
    await deliver();
    expect(ids()).toEqual([opened()]);
    expect(await listed()).toHaveLength(1);
  });

  it('keeps no alert from being told by rows that are none', async () => {
    const values = ['null', '[]', '{}', '"text"', edited(row(), { deliveries: { webhook: 1 } })];
    const forged = values.map((value, at) => ({ ...row(), [access.key]: `a-${at}`, value }));
    await access.write([...untold, ...forged]);
    await deliver();
    expect(ids()).toEqual([opened()]);
    expect(await listed()).toHaveLength(1);
  });

  it('leaves out an alert that stands under another id or service than its own', async () => {
    await access.write([...untold, { ...row(), [access.key]: 'issue-other' }]);
    await deliver();
    expect(ids()).toEqual([opened()]);
    await access.write([...untold, { ...row(), service: 'other' }]);
    const other = { ...options(), settings: { service: 'other' } };
    await withApplication(other, ({ alerts }) => alerts.deliver());
    expect(ids()).toEqual([opened()]);
  });

  it('tells it under the same id where its row was removed, emptied, or said not to be told', async () => {
    const without = untold.filter(({ kind }) => kind !== 'alert');
    const emptied = [...without, { ...row(), value: '{}' }];
    for (const rows of [without, emptied, untold]) {
      await access.write(rows);
      await deliver();
    }
    expect(ids()).toEqual([opened(), opened(), opened()]);
  });

  it('tells it in the words of what is found, whatever its row says', async () => {
    const value = edited(row(), { title: 'All is well', text: 'Go home', guidance: ['Go home'] });
    await access.write([...untold.filter(({ kind }) => kind !== 'alert'), { ...row(), value }]);
    await deliver();
    expect(ids()).toEqual([opened()]);
    const [{ data }] = receiver.events as [(typeof receiver.events)[number]];
    expect(JSON.stringify(data)).not.toMatch(/All is well|Go home/);
    expect(data.guidance.join('\n')).toContain('audit fix -c publish');
  });
}
