import { ROUTES, type IssuesAnswer } from '../../../src/api/contract.js';
import { Empty, PageHead, Panel } from '../components/basics.js';
import { IssueRows } from '../components/issue-rows.js';
import { Loaded } from '../components/loaded.js';
import { count } from '../format.js';
import { useResource } from '../hooks.js';

/** The changes that need a person. */
export function IssuesPage() {
  const issues = useResource<IssuesAnswer>(ROUTES.issues);
  return (
    <>
      <PageHead title="Issues" />
      <Loaded of={issues}>
        {({ issues: list }) => (
          <Panel
            title={`${count(list.length)} ${list.length === 1 ? 'change needs' : 'changes need'} a person`}
          >
            {list.length > 0 ? (
              <IssueRows issues={list} />
            ) : (
              <Empty>The history says of every change what became of it.</Empty>
            )}
          </Panel>
        )}
      </Loaded>
    </>
  );
}
