import { useContext, useId, useState } from 'preact/hooks';
import type { ActionOffer } from '../../../src/api/contract.js';
import { ACTION_WORDS, type Subject } from '../actions.js';
import { SessionContext } from '../hooks.js';
import { ActionDialog } from './action-dialog.js';

/** A button for each thing that may be done. One that may not is shown with the reason, and does nothing. */
export function Actions({ offers, subject }: { offers: readonly ActionOffer[]; subject: Subject }) {
  const session = useContext(SessionContext);
  const [open, setOpen] = useState<ActionOffer['action']>();
  const id = useId();
  if (offers.length === 0) return null;
  if (session?.isReadOnly !== false)
    return (
      <p class="why">{session?.whyReadOnly ?? 'Nothing can be done here: this dashboard is read-only.'}</p>
    );
  const reasons = [...new Set(offers.flatMap(({ why }) => why ?? []))];
  return (
    <div>
      <div class="buttons">
        {offers.map(({ action, isAllowed, why }) => (
          <button
            key={action}
            type="button"
            aria-haspopup="dialog"
            aria-disabled={!isAllowed}
            aria-describedby={why === undefined ? undefined : `${id}-${reasons.indexOf(why)}`}
            title={why}
            onClick={() => isAllowed && setOpen(action)}
          >
            {ACTION_WORDS[action].label}
          </button>
        ))}
      </div>
      {reasons.map((why, index) => (
        <p key={why} id={`${id}-${index}`} class="why">
          {namesOf(offers, why)}: {why}
        </p>
      ))}
      {open && <ActionDialog action={open} subject={subject} onClose={() => setOpen(undefined)} />}
    </div>
  );
}

function namesOf(offers: readonly ActionOffer[], reason: string): string {
  const refused = offers.filter(({ why }) => why === reason);
  return refused.map(({ action }) => ACTION_WORDS[action].label).join(', ');
}
