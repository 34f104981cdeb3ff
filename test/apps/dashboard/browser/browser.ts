import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const require = createRequire(`${process.cwd()}/package.json`);
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core says of something that keeps people out. */
interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** A page, and what went wrong on it. */
export interface OpenPage {
  readonly page: Page;
  /** Errors of the page's own, what its policy has refused, and dialogs that a script has opened. */
  readonly faults: string[];
}

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** The browser that is installed: Debian's, or the one that `CHROMIUM_PATH` names. */
export async function launch(): Promise<Browser> {
  if (!existsSync(CHROMIUM))
    throw new Error(`There is no ${CHROMIUM}: apt-get install chromium, or set CHROMIUM_PATH.`);
  // As root, and in containers, Chromium has no sandbox of its own.
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** Opens a page as somebody; `user` is in a cookie, and nobody without. */
export async function openAs(
  browser: Browser,
  url: string,
  user: string | undefined,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ locale: 'en-US', timezoneId: 'UTC', ...options });
  context.setDefaultTimeout(30_000);
  const { origin } = new URL(url);
  if (user !== undefined)
    await context.addCookies([{ name: 'user', value: encodeURIComponent(user), url: origin }]);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('dialog', (dialog) => {
    faults.push(`a script has opened a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (line) => {
    if (/content security policy|refused to/i.test(line.text())) faults.push(line.text());
  });
  return { page, faults };
}

/** Does something with a reason, after what is filled in besides. */
export async function act(
  page: Page,
  label: string,
  fill: (page: Page) => Promise<unknown> = async () => undefined,
): Promise<void> {
  await page.getByRole('button', { name: label, exact: true }).first().click();
  const dialog = page.getByRole('dialog');
  await fill(page);
  await dialog.getByRole('textbox', { name: 'Reason' }).fill(`reason to ${label}`);
  const recorded = dialog.getByRole('region', { name: 'What will be recorded' });
  await recorded.getByText(`reason to ${label}`).waitFor();
  await dialog.getByRole('button', { name: label, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

/** What keeps people out of a page, or makes it hard for them: rule and place. */
export async function seriousViolations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const violations = await page.evaluate<Violation[]>(
    'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations)',
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
}
