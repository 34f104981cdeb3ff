import { useEffect, useState } from 'preact/hooks';
import type { ActionBody, ActionPreview, DashboardAction } from '../../../src/api/contract.js';
import { preview, RequestError } from '../http.js';
import { Facts, Notice, Text } from './basics.js';
import { Command } from './command.js';
import { Failure } from './loaded.js';

const KEPT_IN: Readonly<Record<ActionPreview['keptIn'], string>> = {
  history: 'an entry of the history',
  ledger: 'a decision in the ledger',
  alert: 'the alert; the history stays as it is',
  log: 'a line of the log; the history stays as it is',
};
/** For how long somebody who types is left alone. */
const TYPING_MS = 300;

interface Props {
  readonly action: DashboardAction;
  readonly body: ActionBody | undefined;
  readonly csrf: string;
  /** Whether it would be refused as it is. */
  readonly onRefused: (isRefused: boolean) => void;
}

/** What will be recorded, as the server says. */
export function Preview({ action, body, csrf, onRefused }: Props) {
  const [shown, setShown] = useState<ActionPreview>();
  const [error, setError] = useState<RequestError>();
  const asked = body && JSON.stringify(body);
  useEffect(() => {
    if (asked === undefined) return undefined;
    const aborter = new AbortController();
    const ask = async (): Promise<void> => {
      try {
        const answer = await preview(action, JSON.parse(asked) as ActionBody, csrf, aborter.signal);
        setShown(answer);
        setError(undefined);
        onRefused(answer.refusal !== undefined);
      } catch (failed) {
        if (aborter.signal.aborted) return;
        setError(failed instanceof RequestError ? failed : new RequestError(0, String(failed)));
      }
    };
    const timer = setTimeout(() => void ask(), shown ? TYPING_MS : 0);
    return () => {
      clearTimeout(timer);
      aborter.abort();
    };
  }, [action, asked, csrf]);

  return (
    <section class="panel" aria-label="What will be recorded" aria-live="polite">
      <div class="stack">
        <h3>What will be recorded</h3>
        {asked === undefined && <p class="muted">Fill in the above to see it.</p>}
        {error && <Failure error={error} />}
        {shown && asked !== undefined && <Recorded shown={shown} />}
      </div>
    </section>
  );
}

function Recorded({ shown }: { shown: ActionPreview }) {
  const { keptIn, actor, reason, fields, consequences, refusal, command } = shown;
  return (
    <>
      {refusal !== undefined && (
        <Notice tone="bad">
          <Text>{refusal}</Text>
        </Notice>
      )}
      <Facts
        of={[
          ['kept in', KEPT_IN[keptIn]],
          ...Object.entries(fields),
          ['by', 'by' in fields ? undefined : actorText(actor)],
          ['reason', reason ?? <span class="muted">not given yet</span>],
        ]}
      />
      {consequences.length > 0 && (
        <ul class="steps">
          {consequences.map((text) => (
            <li key={text}>
              <bdi>{text}</bdi>
            </li>
          ))}
        </ul>
      )}
      {command !== undefined && <Command what="The same by the command line:">{command}</Command>}
    </>
  );
}

function actorText({ name, kind, via }: ActionPreview['actor']): string {
  return `${name} (${kind}${via === undefined ? '' : `, via ${via}`})`;
}
