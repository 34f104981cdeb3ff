import { useId } from 'preact/hooks';
import type { Field } from '../actions.js';

interface Props {
  readonly field: Field;
  readonly value: string;
  readonly onInput: (value: string) => void;
}

const LABELS: Readonly<Record<Field, string>> = {
  assignee: 'Assignee',
  until: 'Until',
  resolution: 'Resolution',
  finding: 'What did you find?',
};

const FINDINGS = [
  ['EXECUTED', 'All of the change is in the target system'],
  ['ROLLED_BACK', 'Nothing of the change is in the target system'],
] as const;

const RESOLUTIONS = [...FINDINGS, ['UNDONE', 'The change is to be undone by its rollback method']] as const;

/** What an action needs besides its reason. */
export function ActionField({ field, value, onInput }: Props) {
  const id = useId();
  if (field === 'finding' || field === 'resolution')
    return (
      <div class="field">
        <label for={id}>{LABELS[field]}</label>
        <select id={id} required value={value} onInput={({ currentTarget }) => onInput(currentTarget.value)}>
          {field === 'finding' && <option value="">Choose …</option>}
          {(field === 'finding' ? FINDINGS : RESOLUTIONS).map(([name, text]) => (
            <option key={name} value={name}>
              {text} ({name})
            </option>
          ))}
        </select>
      </div>
    );
  return (
    <div class="field">
      <label for={id}>{LABELS[field]}</label>
      {field === 'until' ? (
        <input
          id={id}
          type="datetime-local"
          required
          value={value}
          onInput={({ currentTarget }) => onInput(currentTarget.value)}
        />
      ) : (
        <input
          id={id}
          maxLength={255}
          value={value}
          aria-describedby={`${id}-hint`}
          onInput={({ currentTarget }) => onInput(currentTarget.value)}
        />
      )}
      {field === 'assignee' && (
        <p id={`${id}-hint`} class="why">
          Empty: nobody.
        </p>
      )}
    </div>
  );
}
