/** What was done, in a sentence. */
export interface NoteText {
  readonly text: string;
  readonly tone: 'ok' | 'bad';
}

/** Says what was done, until it is closed or another page is shown. */
export function Note({ note, onClose }: { note: NoteText | undefined; onClose: () => void }) {
  return (
    <div class="toast" role="status">
      {note && (
        <p class={`notice ${note.tone}`}>
          <bdi>{note.text}</bdi>{' '}
          <button type="button" class="link" onClick={onClose}>
            Close
          </button>
        </p>
      )}
    </div>
  );
}
