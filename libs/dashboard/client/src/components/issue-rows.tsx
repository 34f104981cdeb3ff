import type { IssueSummary } from '@nestjs-flamingock/core';
import { Badge, ChangeLink, Moment, Name, Text } from './basics.js';

/** Issues, one below the other. */
export function IssueRows({ issues }: { issues: readonly IssueSummary[] }) {
  return (
    <ul class="rows">
      {issues.map(({ changeId, state, operation, targetSystem, recordedAt, reason, error, inCode }) => (
        <li key={changeId}>
          <div class="line">
            <strong>
              <ChangeLink id={changeId} issue />
            </strong>
            <Badge state={state} tone="bad" />
            {operation !== 'EXECUTE' && <Badge state={operation} />}
            <span class="muted">
              on <Name>{targetSystem}</Name>, <Moment at={recordedAt} near />
            </span>
            {!inCode && <Badge state="not in the code" tone="warn" />}
          </div>
          <Text>{reason}</Text>
          {error !== null && <Text>{error}</Text>}
        </li>
      ))}
    </ul>
  );
}
