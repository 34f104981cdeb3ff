import { errorText } from '../errors/error-text.js';
import { post } from '../runtime/post.js';
import type { EvidenceAnchor } from './anchor.js';
import { AnchorFailedError } from './evidence.errors.js';

/** Where signed heads are sent. */
export interface WebhookAnchorOptions {
  /** `http:` or `https:`. Only this address is called: a redirect is a failure. */
  readonly url: string;
  /** Headers of each call besides the type of its content, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends signed heads by POST, each as one JSON envelope. Kept is what is answered with a status from 200 to 299. */
export function webhookAnchor({ url, headers = {} }: WebhookAnchorOptions): EvidenceAnchor {
  const origin = originOf(url);
  // Path and query of such an address are often its secret.
  const name = `webhook ${origin ?? 'without an address'}`;
  return {
    name,
    ...(origin === undefined && { faults: ['url of webhookAnchor() must be an address of http: or https:'] }),
    async keep({ envelope }, signal) {
      const sent = {
        url,
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(envelope),
      };
      const { status } = await post(sent, signal).catch((error: unknown) => {
        throw new AnchorFailedError(name, `could not be reached: ${whyUnreached(error, url)}`);
      });
      if (status >= 300 && status < 400)
        throw new AnchorFailedError(name, `answered ${status}, a redirect, which is not followed`);
      if (status < 200 || status >= 300) throw new AnchorFailedError(name, `answered ${status}`);
    },
  };
}

function originOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, host } = new URL(url);
  return protocol === 'http:' || protocol === 'https:' ? `${protocol}//${host}` : undefined;
}

/** What `fetch` itself says is no more than that it failed. */
function whyUnreached(error: unknown, url: string): string {
  const { cause = error } = error as { readonly cause?: unknown };
  return errorText(cause).replaceAll(url, 'its address');
}
