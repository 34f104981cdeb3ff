import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { Browser, Page } from 'playwright-core';
import { launch, openAs } from './browser.js';
import { Feed, publishing } from './feed.js';
import { OperatedApplication } from './operated-application.js';

describe('a dashboard', () => {
  let browser: Browser;
  let application: OperatedApplication;
  beforeAll(async () => {
    browser = await launch();
    const feed = new Feed();
    feed.isBroken = true;
    application = await OperatedApplication.open({ changes: [publishing(feed)] });
    await application.execute();
  });
  afterAll(async () => {
    await browser.close();
    await application.close();
  });

  const focused = (page: Page) => page.locator(':focus');

  it('can be used by keys alone', async () => {
    const { page } = await openAs(browser, application.url, 'ann');
    await page.goto(application.url);
    await page.getByRole('link', { name: 'publish-feed' }).first().waitFor();
    await page.keyboard.press('Tab');
    expect(await focused(page).textContent()).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await focused(page).getAttribute('id')).toBe('main');

    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await page.getByRole('heading', { level: 1, name: 'Issues' }).waitFor();
    await page.locator('h1:focus').waitFor();
    await page.getByRole('main').getByRole('link', { name: 'publish-feed' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await focused(page).textContent()).toBe('publish-feed');
    await page.keyboard.press('Enter');

    const comment = page.getByRole('button', { name: 'Comment', exact: true });
    await comment.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focused(page).textContent()).toBe('Comment');

    await page.keyboard.press('g');
    await page.keyboard.press('h');
    await page.getByRole('heading', { level: 1, name: 'History' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('no entry has this');
    await page.getByText('No entry is like that.').waitFor();
    expect(page.url()).toContain('q=no+entry+has+this');
  });

  it('works below a path that a proxy puts before it', async () => {
    const proxy = await proxyTo(application.url, '/ops/inventory/');
    try {
      const { port } = proxy.address() as AddressInfo;
      const url = `http://127.0.0.1:${port}/ops/inventory/flamingock/`;
      const { page, faults } = await openAs(browser, url, 'ann');
      // As alerts link to it, without a slash at the end.
      await page.goto(`${url.replace(/\/$/, '')}#/issues/publish-feed`);
      await page.getByText('the feed refuses to delete a file').first().waitFor();
      await page.getByRole('status').filter({ hasText: 'live' }).waitFor();
      expect(faults).toEqual([]);
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
  });
});

/** Passes requests below a path on, without that path. */
async function proxyTo(target: string, prefix: string): Promise<Server> {
  const { hostname, port } = new URL(target);
  const proxy = createServer((incoming, outgoing) => {
    const path = `/${(incoming.url ?? '').slice(prefix.length)}`;
    const { method, headers } = incoming;
    const passed = request(
      { hostname, port, path, ...(method !== undefined && { method }), headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    passed.on('error', () => outgoing.destroy());
    outgoing.on('close', () => passed.destroy());
    incoming.pipe(passed);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return proxy;
}
