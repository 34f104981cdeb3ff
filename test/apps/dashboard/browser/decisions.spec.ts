import type { Browser, Page } from 'playwright-core';
import { act, launch, openAs } from './browser.js';
import { dropping, Feed, filling, publishing } from './feed.js';
import { OperatedApplication, type OperatedOptions } from './operated-application.js';

describe('what operators decide by clicks', () => {
  let browser: Browser;
  let application: OperatedApplication;
  beforeAll(async () => (browser = await launch()));
  afterAll(() => browser.close());
  afterEach(() => application.close());

  async function openOn(options: OperatedOptions): Promise<void> {
    application = await OperatedApplication.open(options);
  }

  async function pageOf(user: string, route: string): Promise<Page> {
    const { page } = await openAs(browser, application.url, user);
    await page.goto(`${application.url}#${route}`);
    return page;
  }

  async function decisionsOn(changeId: string) {
    const { decisions } = await application.flamingock.changes.get(changeId);
    return decisions.map(({ kind, actorName, via, reason }) => [kind, actorName, via, reason]);
  }

  it('keeps a change from running, until it is taken back', async () => {
    await openOn({ changes: [dropping()] });
    const page = await pageOf('bob', '/changes/drop-legacy-orders');
    await act(page, 'Reject');
    expect((await application.flamingock.approvals.list())[0]).toMatchObject({
      isApproved: false,
      missing: 2,
    });
    await act(page, 'Withdraw');
    await page.getByRole('button', { name: 'Reject', exact: true }).waitFor();
    expect(await decisionsOn('drop-legacy-orders')).toEqual([
      ['reject', 'bob', 'dashboard', 'reason to Reject'],
      ['withdraw', 'bob', 'dashboard', 'reason to Withdraw'],
    ]);
  });

  it('says who has looked at what ran in an emergency', async () => {
    await openOn({ changes: [dropping()], settings: { approvals: { emergency: 'the shop is down' } } });
    expect(await application.execute()).toBeUndefined();
    const page = await pageOf('bob', '/changes/drop-legacy-orders');
    await page.getByText('the shop is down').first().waitFor();
    await act(page, 'Review');
    await page.getByRole('button', { name: 'Review', exact: true }).waitFor({ state: 'detached' });
    expect(await decisionsOn('drop-legacy-orders')).toEqual([
      ['review', 'bob', 'dashboard', 'reason to Review'],
    ]);
  });

  it('takes a change back', async () => {
    await openOn({ changes: [publishing(new Feed())] });
    await application.execute();
    const page = await pageOf('ann', '/changes/publish-feed');
    await act(page, 'Undo');
    await page.getByText('It is undone.').waitFor();
    expect((await application.flamingock.audit.list()).at(-1)).toMatchObject({
      state: 'ROLLED_BACK',
      operation: 'UNDO',
      metadata: { by: 'ann', via: 'dashboard', reason: 'reason to Undo' },
    });
  });

  it('frees the lock of a holder', async () => {
    const feed = new Feed();
    await openOn({ changes: [filling(feed)] });
    feed.letReach(3);
    const run = application.execute();
    const page = await pageOf('ann', '/');
    await page.getByText('3 of 10').waitFor();
    await act(page, 'Release lock');
    await page.getByText('free', { exact: true }).waitFor();
    expect(await application.flamingock.lock.status()).toMatchObject({ held: false });
    feed.letReach(10);
    await run;
  });
});
