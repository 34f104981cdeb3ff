import { ROUTES, type IssueAnswer } from '../../../src/api/contract.js';
import { Actions } from '../components/actions.js';
import { Badge, ChangeLink, Notice, PageHead, Panel } from '../components/basics.js';
import { Commands } from '../components/commands.js';
import { Ledger, Work } from '../components/decisions.js';
import { DiagnosisPanel, Steps } from '../components/diagnosis.js';
import { EntryTable } from '../components/entry-table.js';
import { Guidance, IssueFacts, Needs } from '../components/issue-facts.js';
import { Loaded } from '../components/loaded.js';
import { useResource } from '../hooks.js';

/** A change that needs a person: what is known, what to do, and doing it. */
export function IssuePage({ id }: { id: string }) {
  const issue = useResource<IssueAnswer>(ROUTES.issue, { id });
  const { data, error } = issue;
  const isOver = error?.status === 409;
  return (
    <>
      <PageHead title={id}>
        {isOver ? (
          <Badge state="no issue any more" tone="ok" />
        ) : (
          data && <Badge state={data.issue.state} tone="bad" />
        )}
      </PageHead>
      {isOver ? (
        <Notice tone="ok">
          <p>
            <bdi>{error.message}</bdi>
          </p>
          <p>
            All that is known of it: <ChangeLink id={id} />
          </p>
        </Notice>
      ) : (
        <Loaded of={issue}>{(answer) => <Issue id={id} answer={answer} />}</Loaded>
      )}
    </>
  );
}

function Issue({ id, answer }: { id: string; answer: IssueAnswer }) {
  const { issue, resolutions, decisions, commands, actions } = answer;
  const seq = issue.history.at(-1)?.seq;
  return (
    <div class="stack">
      <Guidance issue={issue} />
      <Panel title="Resolve" end={<ChangeLink id={id} />}>
        <div class="stack">
          <Needs needs={resolutions} />
          <Actions offers={actions} subject={{ changeId: id, ...(seq !== undefined && { seq }) }} />
        </div>
      </Panel>
      <div class="columns">
        <Panel title="Work on it">
          <Work work={issue.work} />
        </Panel>
        <IssueFacts issue={issue} />
        {issue.steps && <Steps steps={issue.steps} />}
        {issue.diagnosis && <DiagnosisPanel diagnosis={issue.diagnosis} />}
      </div>
      <Commands commands={commands} />
      <Panel title="History">
        <EntryTable entries={issue.history} ofOne />
      </Panel>
      <Ledger decisions={decisions} />
    </div>
  );
}
