import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launch, openAs, seriousViolations } from './browser.js';
import { applying, dropping, Feed, publishing } from './feed.js';
import { OperatedApplication } from './operated-application.js';

const APPLIED = ['create-tables', 'load-currencies', 'seed-products', 'normalize-prices'].map(applying);
const PLACES = [
  '#/',
  '#/runs',
  '#/runs/1',
  '#/changes',
  '#/changes/publish-feed',
  '#/changes/drop-legacy-orders',
  '#/issues',
  '#/issues/publish-feed',
  '#/history',
  '#/history?q=nothing+is+called+so',
  '#/integrity',
  '#/report',
  '#/alerts',
  '#/circuits',
  '#/nowhere',
];
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
/** Sixteen pages at a time take a busy machine a while. */
const LONG_MS = 240_000;
/** Where pictures for the documentation go; they are made only when `SCREENSHOTS` is set. */
const IMAGES = process.env['SCREENSHOTS'] === undefined ? undefined : join(process.cwd(), 'docs', 'images');

describe('the pages', () => {
  let browser: Browser;
  let application: OperatedApplication;
  beforeAll(async () => {
    browser = await launch();
    const feed = new Feed();
    feed.isBroken = true;
    application = await OperatedApplication.open({
      changes: [...APPLIED, dropping(), publishing(feed)],
      settings: { approvals: { onUnapproved: 'skip' } },
    });
    await application.execute();
    const by = (name: string, reason: string) => ({ actor: name, reason });
    const { issues, approvals } = application.flamingock;
    await issues.decide({ kind: 'acknowledge', changeId: 'publish-feed' }, by('ann', 'I look into it'));
    await issues.decide({ kind: 'comment', changeId: 'publish-feed' }, by('bob', '3 of 5 files are out'));
    await approvals.decide({ kind: 'approve', changeId: 'drop-legacy-orders' }, by('ann', 'read it'));
  });
  afterAll(async () => {
    await browser.close();
    await application.close();
  });

  async function show(page: Page, place: string): Promise<void> {
    await page.goto(application.url + place);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.getByText('Loading …').first().waitFor({ state: 'detached' });
  }

  async function picture(page: Page, name: string): Promise<void> {
    if (IMAGES === undefined) return;
    mkdirSync(IMAGES, { recursive: true });
    await page.screenshot({ path: join(IMAGES, `dashboard-${name}.png`) });
  }

  it.each<[string, BrowserContextOptions]>([
    ['on a desk, light', { viewport: DESKTOP, colorScheme: 'light' }],
    ['on a desk, dark', { viewport: DESKTOP, colorScheme: 'dark' }],
    ['on a phone, light', { viewport: PHONE, colorScheme: 'light', hasTouch: true }],
    ['on a phone, dark', { viewport: PHONE, colorScheme: 'dark', hasTouch: true }],
  ])(
    'keep nobody out, and fit, %s',
    async (_, options) => {
      const { page, faults } = await openAs(browser, application.url, 'ann', options);
      for (const place of PLACES) {
        await show(page, place);
        expect([place, await seriousViolations(page)]).toEqual([place, []]);
        const tooWide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect([place, tooWide]).toEqual([place, 0]);
      }
      await show(page, '#/issues/publish-feed');
      await page.getByRole('button', { name: 'Fix', exact: true }).click();
      await page.getByLabel('What did you find?').selectOption('EXECUTED');
      await page.getByText('MANUAL_MARKED_AS_EXECUTED').waitFor();
      expect(await seriousViolations(page)).toEqual([]);
      expect(faults).toEqual([]);
    },
    LONG_MS,
  );

  it('look as the documentation shows them', async () => {
    const { page } = await openAs(browser, application.url, 'ann', {
      viewport: DESKTOP,
      colorScheme: 'light',
    });
    for (const [place, name] of [
      ['#/', 'overview'],
      ['#/issues/publish-feed', 'issue'],
    ] as const) {
      await show(page, place);
      await picture(page, name);
    }
    await show(page, '#/issues/publish-feed');
    await page.getByRole('button', { name: 'Fix', exact: true }).click();
    await page.getByLabel('What did you find?').selectOption('EXECUTED');
    await page.getByRole('textbox', { name: 'Reason' }).fill('all five files are out');
    await page.getByRole('region', { name: 'What will be recorded' }).getByText('all five').waitFor();
    await picture(page, 'fix');
    const phone = await openAs(browser, application.url, 'ann', { viewport: PHONE, colorScheme: 'dark' });
    await show(phone.page, '#/');
    await picture(phone.page, 'phone');
    expect(phone.faults).toEqual([]);
  });
});
