import type { Diagnosis, IssueDetail } from '@nestjs-flamingock/core';
import { count } from '../format.js';
import { Badge, Facts, Panel } from './basics.js';

const NAMES: Readonly<Record<Exclude<keyof Diagnosis, 'progress' | 'statement'>, string>> = {
  errorClass: 'class of the error',
  code: 'code',
  codeName: 'name of the code',
  sqlState: 'SQLSTATE',
  constraint: 'constraint',
  object: 'object',
  labels: 'labels',
  step: 'step in flight',
  serverVersion: 'server',
  applicationVersion: 'application',
  revision: 'revision',
  nodeVersion: 'Node',
  pid: 'process',
  pod: 'pod',
};

/** What is known of a failure beside its text. */
export function DiagnosisPanel({ diagnosis }: { diagnosis: Diagnosis }) {
  const { progress, statement } = diagnosis;
  const facts = Object.entries(NAMES).map(([key, name]) => {
    const value = diagnosis[key as keyof typeof NAMES];
    return [name, value === undefined ? undefined : String(value)] as const;
  });
  const far =
    progress &&
    `${count(progress.done)}${progress.total === undefined ? '' : ` of ${count(progress.total)}`}`;
  return (
    <Panel title="Diagnosis">
      <div class="stack">
        <Facts of={[...facts, ['progress', far]]} />
        {statement !== undefined && (
          <pre tabIndex={0} aria-label="Statement that failed">
            <bdi>{statement}</bdi>
          </pre>
        )}
      </div>
    </Panel>
  );
}

/** How far the steps of a change have come. */
export function Steps({ steps }: { steps: NonNullable<IssueDetail['steps']> }) {
  return (
    <Panel title="Steps">
      <ol class="steps">
        {steps.map(({ name, state }) => (
          <li key={name}>
            <bdi>{name}</bdi> <Badge state={state} />
          </li>
        ))}
      </ol>
    </Panel>
  );
}
