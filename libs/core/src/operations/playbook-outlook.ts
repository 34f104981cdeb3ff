import type { AuditEntry } from '../audit/audit-entry.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { outlookOf, type Playbook, type PlaybookOutlook } from '../recovery/playbook.js';
import type { Engine } from '../run/engine.js';
import { historyOf } from './audit-list.js';

/** A change as it is planned, with the playbook that is for it, if any. */
interface Playable {
  readonly change: ChangeDescriptor;
  readonly entry: AuditEntry | undefined;
  readonly playbook?: Playbook | undefined;
}

/** What the playbook of a planned change would do about it; `undefined` where it has none. */
export async function outlookFor(
  engine: Engine,
  { change, entry, playbook }: Playable,
): Promise<PlaybookOutlook | undefined> {
  if (!playbook || !entry) return undefined;
  return outlookOf(playbook, change, entry, await historyOf(engine, change.id));
}
