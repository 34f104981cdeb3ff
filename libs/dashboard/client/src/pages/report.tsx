import { useId, useState } from 'preact/hooks';
import type { ComplianceControl } from '@nestjs-flamingock/core';
import { ROUTES, type ReportQuery } from '../../../src/api/contract.js';
import { PageHead, Panel } from '../components/basics.js';
import { urlOf } from '../http.js';

const CONTROLS: Readonly<Record<ComplianceControl, string>> = {
  soc2: 'SOC 2',
  pci: 'PCI DSS',
  iso: 'ISO/IEC 27001',
};
const FORMATS: Readonly<Record<NonNullable<ReportQuery['format']>, string>> = {
  html: 'a page to read and print (HTML)',
  json: 'for programs (JSON)',
  csv: 'for a spreadsheet (CSV)',
};

/** Asks what a report is to be about, and leads to it. */
export function ReportPage() {
  const [query, setQuery] = useState<Readonly<Record<string, string>>>({ format: 'html' });
  const set = (name: keyof ReportQuery, value: string): void => setQuery({ ...query, [name]: value });
  const [from = '', to = ''] = [query['from'], query['to']];
  const isBackwards = from !== '' && to !== '' && from > to;
  return (
    <>
      <PageHead title="Compliance report" />
      <Panel title="What was done about changes in a period, with the proof that this is all">
        <form class="stack" onSubmit={(event) => event.preventDefault()}>
          <div class="filters">
            <DateField label="From" value={from} onInput={(value) => set('from', value)} />
            <DateField label="To, included" value={to} onInput={(value) => set('to', value)} />
            <Select label="Standard" of={CONTROLS} none="none" onInput={(value) => set('control', value)} />
            <Select label="As" of={FORMATS} onInput={(value) => set('format', value)} />
          </div>
          <p class="why">Days are those of UTC. Without them the report is about the whole history.</p>
          {isBackwards ? (
            <p class="bad" role="alert">
              The period ends before it begins.
            </p>
          ) : (
            <div>
              <a class="button" href={urlOf(ROUTES.report, query)} download>
                Get the report
              </a>
            </div>
          )}
        </form>
      </Panel>
    </>
  );
}

function DateField(props: { label: string; value: string; onInput: (value: string) => void }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        type="date"
        value={props.value}
        onInput={({ currentTarget }) => props.onInput(currentTarget.value)}
      />
    </div>
  );
}

function Select(props: {
  label: string;
  of: Readonly<Record<string, string>>;
  none?: string;
  onInput: (value: string) => void;
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <select id={id} onInput={({ currentTarget }) => props.onInput(currentTarget.value)}>
        {props.none !== undefined && <option value="">{props.none}</option>}
        {Object.entries(props.of).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
