import type { AuditVerification } from '@nestjs-flamingock/core';
import { ROUTES, type IntegrityAnswer } from '../../../src/api/contract.js';
import { Badge, ChangeLink, Facts, Moment, Notice, PageHead, Panel, Text } from '../components/basics.js';
import { Command } from '../components/command.js';
import { Loaded } from '../components/loaded.js';
import { count } from '../format.js';
import { useResource } from '../hooks.js';

/** Whether the history is as it was written. */
export function IntegrityPage() {
  const integrity = useResource<IntegrityAnswer>(ROUTES.integrity);
  const verification = integrity.data?.verification;
  return (
    <>
      <PageHead title="Integrity">
        {verification && (
          <Badge
            state={
              verification.ok
                ? 'unchanged'
                : 'absent' in verification
                  ? 'no history'
                  : 'not as it was written'
            }
            tone={verification.ok ? 'ok' : 'absent' in verification ? 'plain' : 'bad'}
          />
        )}
      </PageHead>
      <Loaded of={integrity}>
        {({ verification: one, verifiedAt, evidence, commands }) => (
          <div class="stack">
            <Panel title="Chain of entries and decisions">
              <Chain verification={one} />
              <p class="why">
                Walked <Moment at={verifiedAt} near />.
              </p>
            </Panel>
            <Panel title="Signed heads">
              <div class="stack">
                <Text>
                  {evidence.isSigned
                    ? 'The end of the history is signed after each run. A head that is kept elsewhere proves later that nothing was cut off.'
                    : 'Heads are not signed: who may write to the audit store could replace the whole history unnoticed.'}
                </Text>
                <Facts of={[['kept by', evidence.anchors.join(', ')]]} />
                {commands.map((command) => (
                  <Command key={command}>{command}</Command>
                ))}
              </div>
            </Panel>
          </div>
        )}
      </Loaded>
    </>
  );
}

function Chain({ verification }: { verification: AuditVerification }) {
  if (!verification.ok) return <Broken fault={verification} />;
  const { entries, decisions, head, accepted, signedHeads } = verification;
  return (
    <Facts
      of={[
        ['entries', count(entries)],
        ['decisions', count(decisions)],
        ['ends at entry', count(head.seq)],
        ['hash', <code class="name">{head.hash}</code>],
        ['signed heads that hold', signedHeads && count(signedHeads.length)],
        [
          'changed, and accepted',
          accepted.length > 0 && (
            <ul class="rows">
              {accepted.map(({ seq, changeId, fault }) => (
                <li key={seq}>
                  {count(seq)}: {changeId !== undefined && <ChangeLink id={changeId} />} <bdi>{fault}</bdi>
                </li>
              ))}
            </ul>
          ),
        ],
      ]}
    />
  );
}

function Broken({
  fault: { absent, inDecisions, seq, changeId, fault, heldUntil },
}: {
  fault: Extract<AuditVerification, { ok: false }>;
}) {
  if (absent) return <Text>{fault}</Text>;
  return (
    <Notice tone="bad">
      <p>
        {inDecisions ? 'Decision' : 'Entry'} {count(seq)}
        {changeId !== undefined && (
          <>
            {' of '}
            <ChangeLink id={changeId} />
          </>
        )}
        : <bdi>{fault}</bdi>
      </p>
      {heldUntil && <p>Up to entry {count(heldUntil.seq)} it is what was signed.</p>}
    </Notice>
  );
}
