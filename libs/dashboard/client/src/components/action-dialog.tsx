import { useContext, useId, useState } from 'preact/hooks';
import { MAX_REASON, type DashboardAction } from '../../../src/api/contract.js';
import { ACTION_WORDS, bodyOf, initialValues, type Subject, type Values } from '../actions.js';
import { LiveContext, NoteContext, SessionContext } from '../hooks.js';
import { act, RequestError } from '../http.js';
import { ActionField } from './action-field.js';
import { Name } from './basics.js';
import { Dialog } from './dialog.js';
import { Failure } from './loaded.js';
import { Preview } from './preview.js';

interface Props {
  readonly action: DashboardAction;
  readonly subject: Subject;
  readonly onClose: () => void;
}

/** Asks for what an action needs, shows what it would record, and does it. */
export function ActionDialog({ action, subject, onClose }: Props) {
  const session = useContext(SessionContext);
  const live = useContext(LiveContext);
  const note = useContext(NoteContext);
  const id = useId();
  const { label, about, field } = ACTION_WORDS[action];
  const [values, setValues] = useState<Values>(() =>
    initialValues(action, { name: session?.actor?.name ?? '', now: Date.now() }),
  );
  const [reason, setReason] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [isRefused, setRefused] = useState(false);
  const [error, setError] = useState<RequestError>();
  const csrf = session?.csrf ?? '';
  const body = bodyOf(action, subject, values, reason);
  const canDo = body?.reason !== undefined && !isBusy && !isRefused;

  const submit = async (): Promise<void> => {
    if (!body || !canDo) return;
    setBusy(true);
    setError(undefined);
    try {
      const { done, undo } = await act(action, body, csrf);
      note(done, undo?.status === 'stopped' ? 'bad' : 'ok');
      onClose();
    } catch (failed) {
      setError(failed instanceof RequestError ? failed : new RequestError(0, String(failed)));
    }
    setBusy(false);
    live.refresh();
  };

  return (
    <Dialog title={`${label}: ${nameOf(subject)}`} onClose={onClose}>
      <p>{about}</p>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {field && (
          <ActionField
            field={field}
            value={values[field] ?? ''}
            onInput={(value) => setValues({ ...values, [field]: value })}
          />
        )}
        <div class="field">
          <label for={id}>Reason</label>
          <textarea
            id={id}
            required
            maxLength={MAX_REASON}
            value={reason}
            aria-describedby={`${id}-hint`}
            onInput={({ currentTarget }) => setReason(currentTarget.value)}
          />
          <p id={`${id}-hint`} class="why">
            Required. It is recorded with your name
            {session?.actor && (
              <>
                {', '}
                <Name>{session.actor.name}</Name>
              </>
            )}
            .
          </p>
        </div>
        <Preview action={action} body={body} csrf={csrf} onRefused={setRefused} />
        {error && <Failure error={error} />}
        <div class="buttons">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={!canDo}>
            {isBusy ? 'At work …' : label}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function nameOf(subject: Subject): string {
  if ('changeId' in subject) return subject.changeId;
  if ('alertId' in subject) return subject.alertId;
  if ('targetSystem' in subject) return subject.targetSystem;
  return `token ${subject.token}`;
}
