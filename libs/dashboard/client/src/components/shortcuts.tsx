import { useEffect, useRef, useState } from 'preact/hooks';
import { hrefTo, type PageName } from '../router.js';
import { Dialog } from './dialog.js';

const GO: Readonly<Record<string, readonly [PageName, string]>> = {
  o: ['overview', 'Overview'],
  u: ['runs', 'Runs'],
  c: ['changes', 'Changes'],
  i: ['issues', 'Issues'],
  h: ['history', 'History'],
  n: ['integrity', 'Integrity'],
  r: ['report', 'Report'],
  a: ['alerts', 'Alerts'],
  t: ['circuits', 'Circuits'],
};
const OFF_KEY = 'flamingock-shortcuts-off';
const SEQUENCE_MS = 1_500;

/** Keys that lead somewhere, and the dialog that tells them. People whose tools type for them turn them off. */
export function Shortcuts({
  isOpen,
  onOpen,
  onClose,
}: {
  isOpen: boolean;
  onOpen: () => void;
  onClose: () => void;
}) {
  const [isOff, setOff] = useState(() => localStorage.getItem(OFF_KEY) === 'yes');
  const began = useRef(-Infinity);
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (!isForPage(event)) return;
      if (event.key === '?') onOpen();
      if (isOff) return;
      if (event.timeStamp - began.current < SEQUENCE_MS) {
        const [page] = GO[event.key] ?? [];
        if (page) location.hash = hrefTo(page);
        began.current = -Infinity;
      } else if (event.key === 'g') began.current = event.timeStamp;
      else if (event.key === '/') focusSearch(event);
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [isOff, onOpen]);
  if (!isOpen) return null;
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl class="facts">
        <dt>
          <kbd>?</kbd>
        </dt>
        <dd>This help</dd>
        <dt>
          <kbd>/</kbd>
        </dt>
        <dd>Search on this page</dd>
        {Object.entries(GO).map(([key, [, name]]) => (
          <>
            <dt>
              <kbd>g</kbd> <kbd>{key}</kbd>
            </dt>
            <dd>{name}</dd>
          </>
        ))}
        <dt>
          <kbd>Esc</kbd>
        </dt>
        <dd>Close a dialog</dd>
      </dl>
      <label>
        <input
          type="checkbox"
          checked={!isOff}
          onChange={({ currentTarget }) => {
            localStorage.setItem(OFF_KEY, currentTarget.checked ? 'no' : 'yes');
            setOff(!currentTarget.checked);
          }}
        />{' '}
        Use these keys (<kbd>?</kbd> always works)
      </label>
      <div class="buttons">
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

/** Not what is typed into a field or a dialog, and nothing of the browser's own. */
function isForPage({ target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  if (ctrlKey || metaKey || altKey) return false;
  return !(target instanceof Element && target.closest('input, textarea, select, dialog'));
}

function focusSearch(event: KeyboardEvent): void {
  const search = document.querySelector<HTMLElement>('input[type="search"]');
  if (!search) return;
  event.preventDefault();
  search.focus();
}
