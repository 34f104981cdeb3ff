import {
  Change,
  Execution,
  RollbackExecution,
  TargetSystem,
  type ChangeClass,
} from '@nestjs-flamingock/core';
import type { Browser } from 'playwright-core';
import { launch, openAs } from './browser.js';
import { OperatedApplication } from './operated-application.js';

const MARKUP = '<img src=x onerror=alert(1)>';
const IDS = [
  MARKUP,
  '"><script>alert(2)</script>',
  `' onmouseover='alert(3)`,
  '<svg/onload=alert(4)>&lt;b&gt;&amp;',
  'javascript:alert(5)',
  '../../etc/passwd',
  '?q=1&after=2#/issues/x',
  '%2e%2e%2f%00',
  'right\u202eto left',
  '__proto__',
  'constructor',
  '{{constructor.constructor("alert(6)")()}} ${alert(7)}',
  '`$(touch x)`; -c --yes',
  'größe 漢字 👩‍👩‍👧',
  'x'.repeat(255),
];
const ACTOR = `${MARKUP} the operator`;
const ERROR = `<script>alert(8)</script>\n"><iframe src="javascript:alert(9)"></iframe>\n\u202egnp.exe`;

function failing(id: string, place: number): ChangeClass {
  @Change({ id, order: `${1000 + place} ${MARKUP}`, author: MARKUP, transactional: false })
  @TargetSystem(MARKUP)
  class Failing {
    @Execution()
    execute(): void {
      // The last one fails: no other is run after it.
      if (place === IDS.length - 1) throw new Error(ERROR);
    }

    @RollbackExecution()
    rollback(): void {
      throw new Error(ERROR);
    }
  }
  return Failing;
}

describe('hostile names and errors', () => {
  let browser: Browser;
  let application: OperatedApplication;
  beforeAll(async () => {
    browser = await launch();
    application = await OperatedApplication.open({
      service: MARKUP,
      stage: MARKUP,
      targets: [MARKUP],
      changes: IDS.map(failing),
    });
    await application.execute();
    const about = { changeId: IDS.at(-1)! };
    const context = { actor: ACTOR, reason: ERROR };
    await application.flamingock.issues.decide({ ...about, kind: 'comment' }, context);
    await application.flamingock.issues.decide({ ...about, kind: 'assign', assignee: MARKUP }, context);
    await application.flamingock.issues.decide(
      { ...about, kind: 'propose', resolution: 'EXECUTED' },
      context,
    );
  });
  afterAll(async () => {
    await browser.close();
    await application.close();
  });

  it('are text on every page, and lead where they should', async () => {
    const { page, faults } = await openAs(browser, application.url, ACTOR);
    const elements = async () => page.locator('img, iframe, script:not([src]), svg:not(.bar)').count();
    for (const id of IDS) {
      await page.goto(`${application.url}#/changes`);
      await page.getByRole('table').getByRole('link', { name: id.trim(), exact: true }).first().click();
      const heading = page.getByRole('heading', { level: 1 });
      await page.getByRole('heading', { level: 2, name: 'Change', exact: true }).waitFor();
      expect(await heading.textContent()).toBe(id);
      expect(await elements()).toBe(0);
    }
    const last = IDS.at(-1)!;
    for (const place of [
      '',
      'runs',
      'runs/1',
      'issues',
      `issues/${last}`,
      'history',
      'integrity',
      'alerts',
      'circuits',
    ]) {
      await page.goto(`${application.url}#/${place}`);
      await page.locator('main .panel').first().waitFor();
      expect(await elements()).toBe(0);
    }
    expect(faults).toEqual([]);
  }, 240_000);

  it('are text in a dialog and in what it would record', async () => {
    const { page, faults } = await openAs(browser, application.url, ACTOR);
    await page.goto(`${application.url}#/issues/${IDS.at(-1)!}`);
    await page.getByRole('button', { name: 'Comment', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Reason' }).fill(ERROR);
    await dialog.getByText('gnp.exe').last().waitFor();
    await dialog.getByRole('button', { name: 'Comment', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await page.locator('img, iframe, script:not([src])').count()).toBe(0);
    expect(faults).toEqual([]);
  });

  it.each([
    '#/changes/%E0%A4%A',
    '#/<img src=x onerror=alert(1)>',
    '#/history?q=%3Cimg%20src=x%20onerror=alert(1)%3E',
  ])('in an address do nothing: %s', async (hash) => {
    const { page, faults } = await openAs(browser, application.url, ACTOR);
    await page.goto(application.url + hash);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(faults).toEqual([]);
  });
});
