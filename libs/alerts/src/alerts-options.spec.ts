import type { AlertChannel } from '@nestjs-flamingock/core';
import { resolveAlerts, type FlamingockAlertsOptions } from './alerts-options.js';
import { InvalidAlertOptionsError } from './alerts.errors.js';
import { SECRET } from './fixtures/messages.js';
import { slackChannel } from './slack.channel.js';
import { smtpChannel } from './smtp.channel.js';
import { webhookChannel } from './webhook.channel.js';

const own = (name: string): AlertChannel => ({ name, deliver: () => Promise.resolve() });
const faultsOf = async (options: unknown): Promise<readonly string[]> => {
  try {
    await resolveAlerts(options as FlamingockAlertsOptions);
  } catch (error) {
    if (error instanceof InvalidAlertOptionsError) return error.faults;
    throw error;
  }
  return [];
};

describe('the options of alerts', () => {
  it('have defaults', async () => {
    const { channels, link, ...settings } = await resolveAlerts({ channels: [own('pager')] });
    expect(channels.map(({ name }) => name)).toEqual(['pager']);
    expect(link).toBeUndefined();
    expect(settings).toEqual({
      remindAfterMs: [3_600_000, 86_400_000],
      retry: { attempts: 15, initialMs: 5_000, maxMs: 3_600_000 },
      timeoutMs: 10_000,
      intervalMs: 60_000,
      afterFailureMs: 15_000,
    });
  });

  it('are refused with all that is wrong with them at once, and without a secret', async () => {
    const faults = await faultsOf({
      chanels: [],
      remindAfterMs: ['soon'],
      retry: { attempts: 0, initialMs: 10, maxMs: 1, times: 3 },
      timeoutMs: -1,
      intervalMs: Infinity,
      afterFailureMs: NaN,
      link: 'https://ops',
      channels: [
        own(''),
        own('pager'),
        own('pager'),
        { name: 'mute' },
        webhookChannel({ url: 'ftp://u:p@x/', secrets: ['dG9vIHNob3J0', 'not base64 at all!'] }),
        webhookChannel({
          name: 'none',
          url: 'nowhere',
          secrets: [],
          headers: { 'a b': 'c' },
          tls: 1,
        } as never),
        slackChannel({ name: 'chat' } as never),
        smtpChannel({ transport: 'http://x', from: 'nobody', to: [] }),
      ],
    });
    expect(faults).toEqual([
      'FlamingockAlertsModule has no option "chanels": did you mean channels?',
      expect.stringContaining('retry of FlamingockAlertsModule has no option "times"'),
      expect.stringContaining('remindAfterMs[0] must be a number of milliseconds'),
      'retry.attempts must be a whole number from 1, not 0',
      expect.stringContaining('retry.maxMs must be'),
      expect.stringContaining('timeoutMs must be'),
      expect.stringContaining('intervalMs must be'),
      expect.stringContaining('afterFailureMs must be'),
      'link must be a function, not "https://ops"',
      expect.stringContaining('channels[0] has the name ""'),
      expect.stringContaining('channels[3] must have a name and a method deliver'),
      'channel "webhook": url must be an http or https URL, not one of ftp:',
      'channel "webhook": url must not have a name or password in it',
      expect.stringMatching(/^channel "webhook": secrets\[0\] must be 24 to 64 random bytes.*: it has 9$/),
      expect.stringMatching(/^channel "webhook": secrets\[1\] must be 24 to 64 random bytes/),
      expect.stringContaining('webhookChannel() has no option "tls"'),
      'channel "none": url must be an http or https URL',
      'channel "none": secrets must have at least one secret',
      'channel "none": headers must be texts by name, as HTTP allows them',
      'channel "chat": url must be an http or https URL',
      expect.stringContaining('channel "smtp": transport must be'),
      'channel "smtp": from must be an address',
      'channel "smtp": to must be an address, or a list of them',
      'there is more than one channel "pager": give each a name of its own',
    ]);
    expect(faults.join('\n')).not.toMatch(/dG9vIHNob3J0|not base64 at all/);
  });

  it('are refused where there are none', async () => {
    expect(await faultsOf(undefined)).toEqual([
      'FlamingockAlertsModule takes its options as an object, not undefined',
      'channels must be a list of channels, not undefined',
    ]);
  });

  it('may be sound', async () => {
    const channels = [
      webhookChannel({ url: 'https://x/', secrets: [`whsec_${SECRET}`] }),
      slackChannel({ url: 'https://hooks/x' }),
      smtpChannel({ transport: 'smtp://localhost:25', from: 'A <a@example.com>', to: 'b@example.com' }),
    ];
    expect(await faultsOf({ channels })).toEqual([]);
  });
});
