import type { ChangeWork, DecisionRecord, Saying } from '@nestjs-flamingock/core';
import { count } from '../format.js';
import { Badge, Empty, Facts, Moment, Name, Panel, Text } from './basics.js';

/** Who works on a change, and what was proposed. */
export function Work({ work }: { work: ChangeWork }) {
  const { acknowledged, assignee, snoozedUntil, proposal, comments } = work;
  const isNothing = !acknowledged && assignee === undefined && snoozedUntil === undefined && !proposal;
  if (isNothing && comments.length === 0) return <Empty>Nobody has said anything yet.</Empty>;
  return (
    <div class="stack">
      <Facts
        of={[
          ['acknowledged', acknowledged && <Said saying={acknowledged} />],
          ['assignee', assignee],
          ['snoozed until', snoozedUntil !== undefined && <Moment at={snoozedUntil} />],
          [
            'proposal',
            proposal && (
              <>
                <Badge state={proposal.resolution} tone="warn" /> <Said saying={proposal} />
              </>
            ),
          ],
          ['approved', proposal && <Sayings of={proposal.approvedBy} />],
          ['rejected', proposal && <Sayings of={proposal.rejectedBy} />],
        ]}
      />
      {comments.length > 0 && (
        <ul class="rows" aria-label="Comments">
          {comments.map((comment) => (
            <li key={`${comment.at} ${comment.by}`}>
              <Said saying={comment} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Sayings({ of }: { of: readonly Saying[] }) {
  return of.length === 0 ? (
    <span class="muted">by nobody</span>
  ) : (
    <>
      {of.map((saying) => (
        <Said key={saying.by} saying={saying} />
      ))}
    </>
  );
}

/** Who said something, when, and why. */
export function Said({ saying: { by, at, reason } }: { saying: Saying }) {
  return (
    <>
      <Name>{by}</Name>, <Moment at={at} near />
      {reason !== null && <Text>{reason}</Text>}
    </>
  );
}

/** Every decision about a change, as the ledger has it. */
export function Ledger({ decisions }: { decisions: readonly DecisionRecord[] }) {
  if (decisions.length === 0) return null;
  return (
    <Panel title="Decisions">
      <ul class="rows">
        {decisions.map(({ seq, kind, actorName, actorKind, via, createdAt, reason, details }) => (
          <li key={seq}>
            <div class="line">
              <span class="muted">{count(seq)}</span>
              <Badge state={kind} tone="plain" />
              <Name>{actorName}</Name>
              <span class="muted">
                ({actorKind}
                {via !== null && (
                  <>
                    , via <Name>{via}</Name>
                  </>
                )}
                )
              </span>
              <Moment at={createdAt} />
              {Object.entries(details).map(([key, value]) => (
                <span key={key} class="muted">
                  {key}: <Name>{value}</Name>
                </span>
              ))}
            </div>
            {reason !== null && <Text>{reason}</Text>}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
