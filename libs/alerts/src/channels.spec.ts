import { createHmac } from 'node:crypto';
import type { AlertChannel } from '@nestjs-flamingock/core';
import { AlertNotDeliveredError } from './alerts.errors.js';
import { aMessage, SECRET } from './fixtures/messages.js';
import { HttpReceiver } from './fixtures/receiver.js';
import { slackChannel } from './slack.channel.js';
import { teamsChannel } from './teams.channel.js';
import { webhookChannel } from './webhook.channel.js';

let receiver: HttpReceiver;

beforeEach(async () => {
  receiver = await new HttpReceiver().listen();
});

afterEach(() => receiver.close());

const never = () => new AbortController().signal;
const webhook = (secrets: string[] = [SECRET]) => webhookChannel({ url: receiver.url, secrets });
const failure = async (channel: AlertChannel, signal = never()): Promise<AlertNotDeliveredError> => {
  const error: unknown = await channel.deliver(aMessage(), signal).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AlertNotDeliveredError);
  return error as AlertNotDeliveredError;
};
const HOSTILE = 'a <script>&amp; <!channel> *b* [c](javascript:d) \u202Ee\u0007\r\nf';

describe('a webhook', () => {
  it('gets a CloudEvent in structured JSON', async () => {
    await webhook().deliver(aMessage({ link: 'https://ops/1' }), never());
    const [{ headers, body } = { headers: {}, body: '' }] = receiver.got;
    expect(headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
    const { id, ...data } = aMessage({ link: 'https://ops/1' });
    expect(JSON.parse(body)).toEqual({
      specversion: '1.0',
      id,
      source: '/flamingock/shop',
      type: 'nestjs-flamingock.alert.issue.opened',
      subject: 'publish-feed',
      time: '2030-01-01T00:00:00.000Z',
      datacontenttype: 'application/json',
      data,
    });
  });

  it('can prove by any of the secrets who sent it, as Standard Webhooks has it', async () => {
    const next = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;
    await webhook([SECRET, next]).deliver(aMessage(), never());
    const [{ headers, body } = { headers: {}, body: '' }] = receiver.got;
    const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
      String(headers[name]),
    );
    expect(id).toBe('issue-ab-opened');
    expect(Math.abs(Number(timestamp) - Date.now() / 1_000)).toBeLessThan(300);
    const expected = [Buffer.alloc(32, 7), Buffer.alloc(24, 9)].map(
      (key) => `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
    );
    expect(signatures?.split(' ')).toEqual(expected);
  });

  it('is left alone for as long as it asks, by seconds or by date', async () => {
    receiver.answer = (response) => response.writeHead(429, { 'retry-after': '120' }).end();
    expect((await failure(webhook())).retryAfterMs).toBe(120_000);
    const dates = { date: 'Tue, 01 Jan 2030 00:00:00 GMT', 'retry-after': 'Tue, 01 Jan 2030 00:01:00 GMT' };
    receiver.answer = (response) => response.writeHead(503, dates).end();
    expect((await failure(webhook())).retryAfterMs).toBe(60_000);
    receiver.answer = (response) => response.writeHead(503, { 'retry-after': 'soon' }).end();
    expect((await failure(webhook())).retryAfterMs).toBe(0);
  });

  it('that answers with an error, and with the secrets that it was sent, is told without them', async () => {
    receiver.answer = (response, { headers, body }) =>
      response.writeHead(500).end(JSON.stringify({ headers, body }));
    const channel = webhookChannel({
      url: receiver.url,
      secrets: [SECRET],
      headers: { authorization: 'Bearer s3cret-token' },
    });
    const { message } = await failure(channel);
    expect(message).toContain('status 500');
    expect(message).not.toContain('s3cret');
    expect(receiver.got[0]?.headers.authorization).toBe('Bearer s3cret-token');
  });

  it('that redirects is not followed', async () => {
    const other = await new HttpReceiver().listen();
    receiver.answer = (response) => response.writeHead(307, { location: other.url }).end();
    expect((await failure(webhook())).message).toContain('a redirect is not followed');
    expect(other.got).toEqual([]);
    await other.close();
  });

  it('that never stops answering is not listened to', async () => {
    let written = 0;
    let closed = (): void => undefined;
    const isClosed = new Promise<void>((resolve) => (closed = resolve));
    receiver.answer = (response) => {
      response.writeHead(200);
      response.on('close', () => closed());
      const more = (): void => {
        written += 65_536;
        if (!response.destroyed) response.write('x'.repeat(65_536), () => setImmediate(more));
      };
      more();
    };
    await webhook().deliver(aMessage(), never());
    await isClosed;
    expect(written).toBeLessThan(100_000_000);
  });

  it('that does not answer is given up with the signal', async () => {
    receiver.answer = () => undefined;
    const giving = new AbortController();
    const delivered = webhook().deliver(aMessage(), giving.signal);
    giving.abort(new TypeError('too late'));
    await expect(delivered).rejects.toThrow('too late');
  });

  it('that is away is told without its URL', async () => {
    const { url } = receiver;
    await receiver.close();
    const { message } = await failure(webhookChannel({ url, secrets: [SECRET] }));
    expect(message).toContain('ECONNREFUSED');
    expect(message).not.toContain('s3cret-path');
    receiver = await new HttpReceiver().listen();
  });
});

describe('a chat', () => {
  it('of Slack gets one text in which nothing begins a link or a mention', async () => {
    const hostile = aMessage({ title: HOSTILE, text: HOSTILE, guidance: [HOSTILE], link: 'https://ops/1' });
    await slackChannel({ url: receiver.url }).deliver(hostile, never());
    const { text, mrkdwn } = JSON.parse(receiver.got[0]?.body ?? '') as { text: string; mrkdwn: boolean };
    expect(mrkdwn).toBe(false);
    expect(text).not.toMatch(/[<>]|(?![\n\t])\p{Cc}|\u202E/u);
    expect(text).toContain('&lt;!channel&gt;');
    expect(text).toContain('1. a &lt;script&gt;&amp;amp;');
    expect(text).toContain('Next: npx --no @nestjs-flamingock/cli issue get -c publish-feed --guidance');
    expect(text).toContain('More: https://ops/1');
  });

  it('of Teams gets an Adaptive Card of plain text runs', async () => {
    await teamsChannel({ url: receiver.url }).deliver(
      aMessage({ text: HOSTILE, link: 'https://ops/1' }),
      never(),
    );
    const { type, attachments } = JSON.parse(receiver.got[0]?.body ?? '') as {
      type: string;
      attachments: {
        contentType: string;
        content: { body: { type: string; inlines: { text: string }[] }[]; actions: unknown };
      }[];
    };
    expect([type, attachments[0]?.contentType]).toEqual([
      'message',
      'application/vnd.microsoft.card.adaptive',
    ]);
    const content = attachments[0]?.content;
    expect(new Set(content?.body.map((block) => block.type))).toEqual(new Set(['RichTextBlock']));
    expect(content?.body.map(({ inlines: [run] }) => run?.text)).toContain(
      'a <script>&amp; <!channel> *b* [c](javascript:d) \uFFFDe\uFFFD\nf',
    );
    expect(content?.actions).toEqual([{ type: 'Action.OpenUrl', title: 'Read more', url: 'https://ops/1' }]);
  });

  it('gets long texts cut', async () => {
    await slackChannel({ url: receiver.url }).deliver(
      aMessage({ text: 'x'.repeat(4_000), guidance: ['y'.repeat(4_000)] }),
      never(),
    );
    expect(receiver.got[0]?.body.length).toBeLessThan(4_000);
  });
});
