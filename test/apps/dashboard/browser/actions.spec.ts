import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { act, launch, openAs } from './browser.js';
import { applying, Feed, publishing } from './feed.js';
import { OperatedApplication } from './operated-application.js';

describe('work on an issue that two people have to resolve', () => {
  let browser: Browser;
  let application: OperatedApplication;
  beforeAll(async () => {
    browser = await launch();
    const feed = new Feed();
    feed.isBroken = true;
    application = await OperatedApplication.open({
      changes: [applying('create-tables', 0), publishing(feed)],
      settings: { resolution: { approvals: 1 } },
    });
    await application.execute();
  });
  afterAll(async () => {
    await browser.close();
    await application.close();
  });

  async function openIssue(user: string): Promise<Page> {
    const { page } = await openAs(browser, application.url, user);
    await page.goto(`${application.url}#/issues/publish-feed`);
    return page;
  }

  it('is done by clicks, each kept with who and why', async () => {
    const ann = await openIssue('ann');
    const bob = await openIssue('bob');
    const fix = ann.getByRole('button', { name: 'Fix', exact: true });
    await fix.waitFor();
    expect(await fix.getAttribute('aria-disabled')).toBe('true');

    await act(ann, 'Acknowledge');
    await act(ann, 'Assign', (page) => page.getByLabel('Assignee').fill('bob'));
    await act(bob, 'Comment');
    await act(bob, 'Snooze');
    await act(ann, 'Propose', (page) =>
      page.getByLabel('Resolution', { exact: true }).selectOption('EXECUTED'),
    );
    await act(bob, 'Approve proposal');
    await ann.locator('button[aria-disabled="false"]', { hasText: /^Fix$/ }).waitFor();
    await act(ann, 'Fix', (page) => page.getByLabel('What did you find?').selectOption('EXECUTED'));
    await bob.getByText('no issue any more').waitFor();

    const { decisions, history } = await application.flamingock.changes.get('publish-feed');
    expect(decisions.map(({ kind, actorName, via, reason }) => [kind, actorName, via, reason])).toEqual([
      ['acknowledge', 'ann', 'dashboard', 'reason to Acknowledge'],
      ['assign', 'ann', 'dashboard', 'reason to Assign'],
      ['comment', 'bob', 'dashboard', 'reason to Comment'],
      ['snooze', 'bob', 'dashboard', 'reason to Snooze'],
      ['propose', 'ann', 'dashboard', 'reason to Propose'],
      ['approve', 'bob', 'dashboard', 'reason to Approve proposal'],
    ]);
    expect(history.at(-1)).toMatchObject({ state: 'MANUAL_MARKED_AS_EXECUTED', metadata: { by: 'ann' } });
  }, 240_000);

  it('leaves a history that can be taken along, and a report about it', async () => {
    const { page, faults } = await openAs(browser, application.url, 'ann');
    const downloaded = async (click: () => Promise<void>): Promise<string> => {
      const [download] = await Promise.all([page.waitForEvent('download'), click()]);
      return readFileSync(await download.path(), 'utf8');
    };
    await page.goto(`${application.url}#/history`);
    const lines = await downloaded(() => page.getByRole('link', { name: 'Export all' }).click());
    expect(lines.trim().split('\n')).toHaveLength((await application.flamingock.status()).head?.seq ?? 0);

    await page.goto(`${application.url}#/report`);
    await page.getByLabel('Standard').selectOption('soc2');
    const report = await downloaded(() => page.getByRole('link', { name: 'Get the report' }).click());
    expect(report).toContain('CC8.1');
    await page.getByLabel('From').fill('2030-02-01');
    await page.getByLabel('To, included').fill('2030-01-01');
    await page.getByText('The period ends before it begins.').waitFor();

    await page.goto(`${application.url}#/integrity`);
    await page.getByText('unchanged', { exact: true }).waitFor();
    expect(faults).toEqual([]);
  });
});
