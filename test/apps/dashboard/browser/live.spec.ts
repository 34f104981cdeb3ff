import type { Browser } from 'playwright-core';
import { launch, openAs } from './browser.js';
import { Feed, filling, publishing } from './feed.js';
import { OperatedApplication } from './operated-application.js';

describe('a run that goes on', () => {
  let browser: Browser;
  let application: OperatedApplication;
  let feed: Feed;
  beforeAll(async () => (browser = await launch()));
  afterAll(() => browser.close());
  beforeEach(async () => {
    feed = new Feed();
    application = await OperatedApplication.open({ changes: [publishing(feed), filling(feed)] });
  });
  afterEach(async () => {
    feed.letReach(10);
    await application.close();
  });

  async function follows(block: boolean): Promise<void> {
    const { page, faults } = await openAs(browser, application.url, 'ann');
    if (block) await page.route('**/api/events*', (route) => route.abort());
    await page.goto(application.url);
    await page
      .getByRole('status')
      .filter({ hasText: block ? 'polling' : 'live' })
      .waitFor();
    await page.evaluate('globalThis.isSamePage = true');
    feed.letReach(3);
    const run = application.execute();
    await page.getByText('3 of 10').waitFor();
    feed.letReach(7);
    await page.getByText('7 of 10').waitFor();
    expect(await page.getByRole('progressbar').getAttribute('value')).toBe('7');
    feed.letReach(10);
    await run;
    await page.getByText('all changes of the code are applied').waitFor();
    expect(await page.getByRole('progressbar').count()).toBe(0);
    expect(await page.evaluate('globalThis.isSamePage')).toBe(true);
    expect(faults).toEqual([]);
  }

  it('is shown as it goes, and to its end, without a reload', () => follows(false), 120_000);

  it('is shown so where no events come through, too', () => follows(true), 120_000);

  it.each(['events', 'requests'])('does not keep the application from ending, with %s', async (by) => {
    const { page } = await openAs(browser, application.url, 'ann');
    if (by === 'requests') await page.route('**/api/events*', (route) => route.abort());
    await page.goto(application.url);
    const isBy = by === 'events' ? 'live' : 'polling';
    await page.getByRole('status').filter({ hasText: isBy }).waitFor();
    await application.end();
    await page.getByText('no connection').waitFor();
  });
});
