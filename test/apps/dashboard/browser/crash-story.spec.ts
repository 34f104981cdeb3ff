import type { Browser } from 'playwright-core';
import { launch, openAs } from './browser.js';
import { Feed, publishing } from './feed.js';
import { OperatedApplication, READER } from './operated-application.js';

describe('a change that failed half-way', () => {
  const feed = new Feed();
  let browser: Browser;
  let application: OperatedApplication;
  beforeAll(async () => (browser = await launch()));
  afterAll(() => browser.close());
  beforeEach(async () => {
    feed.isBroken = true;
    application = await OperatedApplication.open({ changes: [publishing(feed)] });
    await application.execute();
  });
  afterEach(() => application.close());

  it('is found, understood and resolved by clicks, and the next run has nothing to do', async () => {
    const { page, faults } = await openAs(browser, application.url, 'ann');
    await page.goto(application.url);
    await page.getByRole('link', { name: 'publish-feed' }).first().click();
    await page.getByRole('heading', { level: 1, name: 'publish-feed' }).waitFor();
    await page.getByText('the feed refuses to delete a file').first().waitFor();
    await page.getByRole('heading', { name: 'What to do' }).waitFor();

    await page.getByRole('button', { name: 'Fix', exact: true }).click();
    const dialog = page.getByRole('dialog');
    const submit = dialog.getByRole('button', { name: 'Fix', exact: true });
    await dialog.getByLabel('What did you find?').selectOption('EXECUTED');
    await dialog.getByText('MANUAL_MARKED_AS_EXECUTED').waitFor();
    expect(await submit.isDisabled()).toBe(true);
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('all five files are out');
    await dialog
      .getByRole('region', { name: 'What will be recorded' })
      .getByText('all five files are out')
      .waitFor();
    await submit.click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('no issue any more').waitFor();

    const last = (await application.flamingock.audit.list()).at(-1);
    expect(last).toMatchObject({
      changeId: 'publish-feed',
      state: 'MANUAL_MARKED_AS_EXECUTED',
      metadata: { by: 'ann', via: 'dashboard', reason: 'all five files are out' },
    });
    expect(await application.execute()).toBeUndefined();
    expect(faults).toEqual([]);
  });

  it('is shown to a reader, with the reason why nothing can be done', async () => {
    const { page, faults } = await openAs(browser, application.url, READER);
    await page.goto(`${application.url}#/issues/publish-feed`);
    await page.getByText('the feed refuses to delete a file').first().waitFor();
    const fix = page.getByRole('button', { name: 'Fix', exact: true });
    const canFix = (await fix.count()) > 0 && (await fix.getAttribute('aria-disabled')) !== 'true';
    expect(canFix).toBe(false);
    await page.locator('.why').first().waitFor();
    expect(faults).toEqual([]);
  });

  it('is hidden from whoever is not signed in, who is told so', async () => {
    const { page } = await openAs(browser, application.url, 'ann');
    await page.goto(application.url);
    await page.getByRole('link', { name: 'publish-feed' }).first().waitFor();
    await page.context().clearCookies();
    await page.getByRole('link', { name: 'History', exact: true }).click();
    await page.getByText('You are not signed in').waitFor();
    expect(await page.getByText('publish-feed').count()).toBe(0);
  });

  it('is hidden so where the application leads to its sign-in instead', async () => {
    const { page } = await openAs(browser, application.url, 'ann');
    await page.goto(application.url);
    await page.getByRole('link', { name: 'publish-feed' }).first().waitFor();
    const signIn = { status: 302, headers: { location: '/sign-in' } };
    await page.route('**/api/**', (route) => route.fulfill(signIn));
    await page.getByRole('link', { name: 'History', exact: true }).click();
    await page.getByText('You are not signed in').waitFor();
  });
});
