import type { IssueDetail, ResolutionNeed } from '@nestjs-flamingock/core';
import { words } from '../format.js';
import { Badge, Facts, Moment, Panel, Prose, Text } from './basics.js';

/** Why it needs a person, and what to do about it. */
export function Guidance({ issue: { reason, error, guidance, playbook } }: { issue: IssueDetail }) {
  return (
    <Panel title="What to do">
      <div class="stack">
        <Text>{reason}</Text>
        {error !== null && (
          <pre tabIndex={0} aria-label="Error">
            <bdi>{error}</bdi>
          </pre>
        )}
        <ol class="steps">
          {guidance.map((step) => (
            <li key={step}>
              <Prose>{step}</Prose>
            </li>
          ))}
        </ol>
        {playbook && (
          <p>
            Playbook <bdi>{playbook.name}</bdi>: {words(playbook.then)}, used {playbook.uses} of{' '}
            {playbook.atMost} times.{' '}
            {playbook.refusal === undefined ? 'The next run lets it act.' : <bdi>{playbook.refusal}</bdi>}
          </p>
        )}
      </div>
    </Panel>
  );
}

/** What is recorded of it. */
export function IssueFacts({ issue }: { issue: IssueDetail }) {
  return (
    <Panel title="Recorded">
      <Facts
        of={[
          ['state', <Badge state={issue.state} tone="bad" />],
          ['operation', words(issue.operation)],
          ['when', <Moment at={issue.recordedAt} />],
          ['host', issue.host],
          ['stage', issue.stage],
          ['target system', issue.targetSystem],
          ['class', issue.className],
          ['author', issue.author],
          ['strategy', `${words(issue.recoveryStrategy)}, ${words(issue.txStrategy)}`],
          [
            'rollback method',
            issue.hasRollback
              ? `there is one${issue.rollbackRan ? ', and it ran' : ', and it did not run'}`
              : 'none',
          ],
        ]}
      />
    </Panel>
  );
}

/** How many others have to agree before it can be resolved. */
export function Needs({ needs }: { needs: readonly ResolutionNeed[] }) {
  const open = needs.filter(({ missing }) => missing > 0);
  if (open.length === 0) return null;
  return (
    <p class="warn">
      {open
        .map(
          ({ resolution, missing }) =>
            `${words(resolution)}: ${missing} more ${missing === 1 ? 'person has' : 'people have'} to agree`,
        )
        .join('; ')}
    </p>
  );
}
