import { optionsOf } from '@nestjs-flamingock/core/adapter';
import { textOf, type AlertText } from './alert-text.js';
import type { CheckedChannel } from './checked-channel.js';
import { postTo } from './post.js';
import { chatFaults, type ChatChannelOptions } from './slack.channel.js';

/** Alerts for a webhook of Microsoft Teams (Workflows), as an Adaptive Card. */
export function teamsChannel(options: ChatChannelOptions): CheckedChannel {
  const { name = 'teams', url = '' } = optionsOf(options);
  return {
    name,
    faults: () => Promise.resolve(chatFaults('teamsChannel()', name, options)),
    deliver(message, signal) {
      const card = cardOf(textOf(message));
      const attachment = {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: card,
      };
      const body = JSON.stringify({ type: 'message', attachments: [attachment] });
      return postTo({ name, url, headers: { 'content-type': 'application/json' }, body }, signal);
    },
  };
}

/** In text runs, which know no markup, so that nothing has to be escaped. */
function cardOf({ title, text, steps, command, link, footer }: AlertText) {
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      block(title, { weight: 'bolder', size: 'medium' }),
      block(text),
      ...steps.map((step) => block(step)),
      ...(command === '' ? [] : [block(command, { fontType: 'monospace' })]),
      block(footer, { isSubtle: true }),
    ],
    ...(link !== undefined && { actions: [{ type: 'Action.OpenUrl', title: 'Read more', url: link }] }),
  };
}

function block(text: string, look: Readonly<Record<string, string | boolean>> = {}) {
  return { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text, ...look }] };
}
