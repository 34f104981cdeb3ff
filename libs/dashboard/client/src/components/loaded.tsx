import type { ComponentChildren } from 'preact';
import { explain, mayPass } from '../explain.js';
import type { Resource } from '../hooks.js';
import type { RequestError } from '../http.js';
import { Notice, Text } from './basics.js';

/** What was read, once it is; before that, and where it cannot be, a word about it. */
export function Loaded<T>({ of, children }: { of: Resource<T>; children: (data: T) => ComponentChildren }) {
  const { data, error, reload } = of;
  return (
    <>
      {error && <Failure error={error} isStale={data !== undefined} reload={reload} />}
      {data !== undefined && children(data)}
      {data === undefined && !error && (
        <p class="empty" role="status">
          Loading …
        </p>
      )}
    </>
  );
}

/** A request that has failed, explained. */
export function Failure(props: { error: RequestError; isStale?: boolean; reload?: () => void }) {
  const { error, isStale = false, reload } = props;
  const { title, advice } = explain(error.status);
  return (
    <Notice tone={isStale || mayPass(error.status) ? 'warn' : 'bad'}>
      <div role="alert" class="stack">
        <p>
          <strong>{title}</strong>
          {error.status > 0 && ` (${error.status}${error.code === undefined ? '' : `, ${error.code}`})`}
          {isStale && '. What is shown is what was read last.'}
        </p>
        <p>{advice}</p>
        {error.status > 0 && error.message !== '' && <Text>{error.message}</Text>}
        {error.faults.length > 0 && (
          <ul class="steps">
            {error.faults.map(({ field, problem }) => (
              <li>
                <bdi>
                  <code>{field}</code> {problem}
                </bdi>
              </li>
            ))}
          </ul>
        )}
        {reload && (
          <div>
            <button type="button" onClick={reload}>
              Try again
            </button>
          </div>
        )}
      </div>
    </Notice>
  );
}
