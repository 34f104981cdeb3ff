import { optionFaults, optionsOf } from '@nestjs-flamingock/core/adapter';
import { paragraphs, textOf } from './alert-text.js';
import type { CheckedChannel } from './checked-channel.js';
import { postTo } from './post.js';
import { urlFaults } from './url-faults.js';

/** Where a webhook of a chat is. */
export interface ChatChannelOptions {
  /** @default 'slack', or 'teams' */
  readonly name?: string;
  /** The webhook's URL, which is a secret. */
  readonly url: string;
}

/** Alerts for an incoming webhook of Slack, or of a chat that takes what Slack does, such as Mattermost. */
export function slackChannel(options: ChatChannelOptions): CheckedChannel {
  const { name = 'slack', url = '' } = optionsOf(options);
  return {
    name,
    faults: () => Promise.resolve(chatFaults('slackChannel()', name, options)),
    deliver(message, signal) {
      const text = escaped(paragraphs(textOf(message)));
      const body = JSON.stringify({ text, mrkdwn: false, unfurl_links: false });
      return postTo({ name, url, headers: { 'content-type': 'application/json' }, body }, signal);
    },
  };
}

/** What is wrong with the options of a chat's channel. */
export function chatFaults(call: string, name: string, options: ChatChannelOptions): string[] {
  return [
    ...optionFaults<ChatChannelOptions>(call, options, { name: true, url: true }),
    ...urlFaults(`channel "${name}"`, optionsOf(options).url),
  ];
}

/** As Slack wants it: what is left can begin neither a link nor a mention. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
