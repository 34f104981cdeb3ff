/** What is sent to a receiver. */
export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Sends a body by HTTP POST. Nothing of the answer is read but its status and headers: what it says may be endless, and
 * may hold what was sent. A redirect is an answer like any other, and not followed.
 *
 * @throws what `fetch` throws where there is no answer, or `signal` aborts.
 */
export async function post(
  { url, headers, body }: Post,
  signal: AbortSignal,
): Promise<Pick<Response, 'status' | 'headers'>> {
  const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
  // A connection that breaks off now changes nothing.
  void response.body?.cancel().catch(() => undefined);
  return response;
}
