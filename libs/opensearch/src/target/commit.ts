import type { Marker, TransactionOutcome } from '@nestjs-flamingock/core/adapter';
import type { IndexSession } from '../change/index-session.js';
import { responseOf } from '../client/diagnose.js';
import type { ControlIndex, RaisedState } from '../control/control-index.js';
import { AliasMovedError } from '../opensearch.errors.js';

/** What a commit works with. */
export interface CommitResources {
  readonly changeId: string;
  readonly session: IndexSession;
  readonly control: ControlIndex;
  /** As the transaction has raised it; undefined without a marker. */
  readonly raised: RaisedState | undefined;
}

/** Answers with which a call was refused before anything of it took effect. */
const REFUSED: readonly unknown[] = [400, 401, 403, 404, 405, 409, 413, 429];

/** Moves all aliases, with fence and marker, in one call. Rejects only if nothing was sent. */
export async function commit(
  { changeId, session, control, raised }: CommitResources,
  marker: Marker | undefined,
): Promise<TransactionOutcome> {
  const asked = await session.actions();
  const nonce = control.nonce();
  const proof = marker && raised ? control.markerActions(marker, raised, nonce) : [];
  if (proof.length + asked.length === 0) return { status: 'committed' };
  try {
    await control.send([...proof, ...asked]);
    return { status: 'committed' };
  } catch (error) {
    const { status } = responseOf(error as object);
    if (!REFUSED.includes(status)) return { status: 'unknown', error };
    if (status !== 404) return { status: 'rolled-back', error };
    return missed({ changeId, control, raised, nonce, error }, marker);
  }
}

interface Missed extends Pick<CommitResources, 'changeId' | 'control' | 'raised'> {
  readonly nonce: string;
  readonly error: unknown;
}

/** What the call has missed: the fence, because another hold was faster or the call itself was sent twice; or an alias of the change. */
async function missed(
  { changeId, control, raised, nonce, error }: Missed,
  marker: Marker | undefined,
): Promise<TransactionOutcome> {
  const { reason = '' } = responseOf(error as object);
  const moved = { status: 'rolled-back', error: new AliasMovedError(changeId, reason, error) } as const;
  if (!marker || !raised) return moved;
  try {
    const state = await control.state(marker.service);
    // A proxy has sent it twice, and this is the answer to the second time.
    if (state?.markers.has(control.names.marker(marker.service, nonce))) return { status: 'committed' };
    if (state?.fence?.alias === raised.fence.alias) return moved;
    return { status: 'rolled-back', error: control.fenced(marker) };
  } catch (cause) {
    return { status: 'unknown', error: cause };
  }
}
