import { momentOf } from '../audit/store-time.js';
import { ENTRY_CHAIN } from '../audit/audit-chain.js';
import type { AuditEntry } from '../audit/audit-entry.js';
import { AuditTamperedError } from '../audit/audit.errors.js';
import type { ChainEnd } from '../audit/chain.js';
import { NoEvidenceKeyError, NothingToSignError } from '../evidence/evidence.errors.js';
import { signAndKeep, type KeptHead } from '../evidence/sign-head.js';
import type { Engine } from '../run/engine.js';
import { auditExport } from './audit-export.js';

/**
 * Signs where the history ends now, and has every anchor keep it. Takes no lock, and adds nothing to the history.
 *
 * @throws NoEvidenceKeyError, NothingToSignError, SigningFailedError; AuditTamperedError where the last entry is not what
 * was written.
 */
export async function signHead(engine: Engine): Promise<KeptHead> {
  const { pipeline, store, runtime, events, settings } = engine;
  const { service } = pipeline;
  if (!settings.evidence) throw new NoEvidenceKeyError(service);
  const head = await store.readHead(service);
  if (!head || head.seq === 0) throw new NothingToSignError(service);
  const { seq, hash } = head;
  const { executionId } = await entryAt(engine, head);
  const facts = { service, seq, hash, createdAt: momentOf(await store.now()), executionId };
  const kept = await signAndKeep(settings.evidence, facts, runtime);
  events.publish('head.signed', { service, executionId, head: kept.head });
  return kept;
}

/** The last entry, which a signature would vouch for. */
async function entryAt(engine: Engine, { seq, hash }: ChainEnd): Promise<AuditEntry> {
  for await (const entry of auditExport(engine, { after: seq - 1, before: seq + 1 }))
    if (entry.hash === hash && ENTRY_CHAIN.isIntact(entry)) return entry;
  throw new AuditTamperedError(
    engine.pipeline.service,
    `its head names entry ${seq}, which is not there as it was written`,
  );
}
