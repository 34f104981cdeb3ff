import type { AlertChannel } from '@nestjs-flamingock/core';
import type { Browser } from 'playwright-core';
import { act, launch, openAs, seriousViolations } from './browser.js';
import { calling } from './feed.js';
import { OperatedApplication } from './operated-application.js';

/** A chat that is away at first. */
class Chat implements AlertChannel {
  readonly name = 'chat';
  isAway = true;

  async deliver(): Promise<void> {
    if (this.isAway) throw new Error('<b>the chat is away</b>');
  }
}

describe('a target system and a chat that do not answer', () => {
  const chat = new Chat();
  let browser: Browser;
  let application: OperatedApplication;
  beforeAll(async () => {
    browser = await launch();
    application = await OperatedApplication.open({
      changes: [calling()],
      channels: [chat],
      settings: { circuit: { failures: 1 }, backOff: { waitMs: 0 } },
    });
    await application.execute();
    await application.flamingock.alerts.deliver();
  });
  afterAll(async () => {
    await browser.close();
    await application.close();
  });

  it('are shown, and the alert is sent again by a click', async () => {
    const { page, faults } = await openAs(browser, application.url, 'ann');
    await page.goto(`${application.url}#/alerts`);
    await page.getByText('<b>the chat is away</b>').first().waitFor();
    await page.getByText('dead', { exact: true }).first().waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    chat.isAway = false;
    await act(page, 'Send again');
    await application.flamingock.alerts.deliver();
    await page.reload();
    await page.getByText('delivered', { exact: true }).first().waitFor();
    expect(faults).toEqual([]);
  });

  it('are left alone until somebody closes the circuit', async () => {
    const { page, faults } = await openAs(browser, application.url, 'ann');
    await page.goto(application.url);
    await page.getByRole('heading', { name: 'Target systems that have failed' }).waitFor();
    await page.getByRole('link', { name: 'All circuits' }).click();
    await page.getByText('open', { exact: true }).waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    await act(page, 'Close');
    await page.getByText('None.').waitFor();
    expect(await application.flamingock.circuits.list()).toEqual([]);
    expect(faults).toEqual([]);
  });
});
