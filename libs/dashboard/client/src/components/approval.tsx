import type { ApprovalStanding } from '@nestjs-flamingock/core';
import { duration } from '../format.js';
import { Badge, Empty, Facts, Hash, Panel } from './basics.js';
import { Said } from './decisions.js';

/** Who has approved a change that is to run. */
export function Approval({ standing }: { standing: ApprovalStanding }) {
  const { need, digest, approvedBy, rejectedBy, missing, isApproved, emergency } = standing;
  const state =
    rejectedBy.length > 0 ? 'rejected' : isApproved ? 'approved' : `${missing} of ${need.count} missing`;
  return (
    <Panel
      title="Approval"
      end={<Badge state={state} tone={isApproved ? 'ok' : rejectedBy.length > 0 ? 'bad' : 'warn'} />}
    >
      <div class="stack">
        <Facts
          of={[
            ['needs', `${need.count} ${need.count === 1 ? 'person' : 'people'} other than the author`],
            ['of', need.groups?.join(' or ')],
            ['holds for', need.validMs !== undefined && duration(need.validMs)],
            ['of the code', <Hash>{digest}</Hash>],
            ['emergency', emergency],
          ]}
        />
        {approvedBy.length + rejectedBy.length === 0 && <Empty>Nobody has said anything yet.</Empty>}
        <ul class="rows">
          {approvedBy.map((saying) => (
            <li key={saying.by}>
              <Badge state="approved" tone="ok" /> <Said saying={saying} />
            </li>
          ))}
          {rejectedBy.map((saying) => (
            <li key={saying.by}>
              <Badge state="rejected" tone="bad" /> <Said saying={saying} />
            </li>
          ))}
        </ul>
      </div>
    </Panel>
  );
}
