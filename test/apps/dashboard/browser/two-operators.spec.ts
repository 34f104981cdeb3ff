import type { Browser, Page } from 'playwright-core';
import { describeOn } from '../../../support/services/describe-on.js';
import { postgresDatabase, sqliteFile } from '../../../support/sql-database.js';
import type { CreateDatabase } from '../../../support/test-database.js';
import { launch, openAs } from './browser.js';
import { dropping } from './feed.js';
import { OperatedApplication } from './operated-application.js';

function twoOperators(on: CreateDatabase): void {
  let browser: Browser;
  let application: OperatedApplication;
  beforeAll(async () => (browser = await launch()));
  afterAll(() => browser.close());
  beforeEach(async () => {
    application = await OperatedApplication.open({ changes: [dropping()], on });
    await application.execute();
  });
  afterEach(() => application.close());

  async function prepare(user: string): Promise<Page> {
    const { page } = await openAs(browser, application.url, user);
    await page.goto(`${application.url}#/changes/drop-legacy-orders`);
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    await page.getByRole('textbox', { name: 'Reason' }).fill(`read by ${user}`);
    return page;
  }

  async function approve(page: Page): Promise<void> {
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Approve', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
  }

  it('counts one approval of one person, however many windows, and one of each person', async () => {
    const windows = await Promise.all([prepare('ann'), prepare('ann')]);
    await Promise.all(windows.map(approve));
    const standing = async () => (await application.flamingock.approvals.list())[0];
    expect(await standing()).toMatchObject({ missing: 1, isApproved: false });
    await windows[0].getByText('1 of 2 missing').first().waitFor();

    await approve(await prepare('bob'));
    expect(await standing()).toMatchObject({ missing: 0, isApproved: true });
    // The other windows learn of it by themselves.
    for (const window of windows) await window.getByText('read by bob').first().waitFor();
    expect(await application.execute()).toBeUndefined();
  });

  it('counts two people who click at the same moment', async () => {
    const pages = await Promise.all([prepare('ann'), prepare('bob')]);
    await Promise.all(pages.map(approve));
    expect((await application.flamingock.approvals.list())[0]).toMatchObject({
      missing: 0,
      isApproved: true,
    });
  });
}

describe('two operators at once', () => twoOperators(sqliteFile));
await describeOn(['postgres'], 'two operators at once on PostgreSQL', ({ postgres }) =>
  twoOperators(postgresDatabase(postgres)),
);
