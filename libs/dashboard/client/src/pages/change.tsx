import type { ChangeDetail } from '@nestjs-flamingock/core';
import { ROUTES, type ChangeAnswer } from '../../../src/api/contract.js';
import { Actions } from '../components/actions.js';
import { Activity } from '../components/activity.js';
import { Approval } from '../components/approval.js';
import { Badge, Empty, Facts, Hash, Moment, Notice, PageHead, Panel, Text } from '../components/basics.js';
import { Commands } from '../components/commands.js';
import { Ledger, Work } from '../components/decisions.js';
import { DiagnosisPanel, Steps } from '../components/diagnosis.js';
import { EntryTable } from '../components/entry-table.js';
import { Guidance, Needs } from '../components/issue-facts.js';
import { Loaded } from '../components/loaded.js';
import { words } from '../format.js';
import { useResource } from '../hooks.js';
import { hrefTo } from '../router.js';

/** All that is known of one change. */
export function ChangePage({ id }: { id: string }) {
  const change = useResource<ChangeAnswer>(ROUTES.change, { id });
  return (
    <>
      <PageHead title={id}>
        {change.data && (
          <>
            <Badge state={change.data.change.state ?? 'not yet applied'} />
            {!change.data.change.inCode && <Badge state="not in the code" tone="warn" />}
          </>
        )}
      </PageHead>
      <Loaded of={change}>{(answer) => <Change answer={answer} />}</Loaded>
    </>
  );
}

function Change({ answer: { change, actions } }: { answer: ChangeAnswer }) {
  const { changeId, history, digest, issue, emergency } = change;
  const seq = history.at(-1)?.seq;
  const subject = {
    changeId,
    ...(seq !== undefined && { seq }),
    ...(digest !== undefined && { digest }),
  };
  return (
    <div class="stack">
      <Activity changeId={changeId} />
      {change.edited.length > 0 && (
        <Notice tone="warn">
          <p>Edited since it was applied: </p>
          <Text>{change.edited.join('\n')}</Text>
        </Notice>
      )}
      {emergency && (
        <Notice tone="warn">
          <p>It ran without approval, and nobody has reviewed that:</p>
          <Text>{emergency.emergency}</Text>
        </Notice>
      )}
      {issue && <Guidance issue={issue} />}
      <Panel title="What can be done" end={issue && <a href={hrefTo('issues', changeId)}>As an issue</a>}>
        <div class="stack">
          <Needs needs={change.resolutions} />
          {actions.length > 0 ? <Actions offers={actions} subject={subject} /> : <Empty>Nothing now.</Empty>}
        </div>
      </Panel>
      <div class="columns">
        <ChangeFacts change={change} />
        {change.approval && <Approval standing={change.approval} />}
        <Panel title="Work and comments">
          <Work work={change.work} />
        </Panel>
        {issue?.steps && <Steps steps={issue.steps} />}
        {change.diagnosis && <DiagnosisPanel diagnosis={change.diagnosis} />}
      </div>
      <Commands commands={change.commands} />
      <Panel title="History">
        {history.length > 0 ? (
          <EntryTable entries={history} ofOne />
        ) : (
          <Empty>Nothing was recorded yet.</Empty>
        )}
      </Panel>
      <Ledger decisions={change.decisions} />
    </div>
  );
}

function ChangeFacts({ change }: { change: ChangeDetail }) {
  const verdict = change.history.findLast(({ metadata }) => metadata['verdict'] !== undefined);
  const fingerprint = change.history.findLast(({ metadata }) => metadata['fingerprint'] !== undefined);
  return (
    <Panel title="Change">
      <Facts
        of={[
          ['next run', change.action && <Badge state={change.action} />],
          ['why', change.reason],
          ['recorded', change.recordedAt !== undefined && <Moment at={change.recordedAt} />],
          ['stage, order', `${change.stage} ${change.order}`],
          ['target system', change.targetSystem],
          ['class', change.className],
          ['author', change.author],
          ['transaction', `${change.transactional ? 'yes' : 'no'}, ${words(change.txStrategy)}`],
          ['recovery', words(change.recoveryStrategy)],
          ['rollback method', change.hasRollback ? 'yes' : 'no'],
          ['verify method', change.hasVerify ? 'yes' : 'no'],
          ['last verdict', verdict && <Badge state={verdict.metadata['verdict'] ?? ''} />],
          ['digest of the code', change.digest !== undefined && <Hash>{change.digest}</Hash>],
          ['fingerprint applied', fingerprint && <Hash>{fingerprint.metadata['fingerprint'] ?? ''}</Hash>],
        ]}
      />
    </Panel>
  );
}
