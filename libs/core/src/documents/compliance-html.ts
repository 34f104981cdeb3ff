import type { AuditVerification } from '../operations/audit-verify.js';
import type { ComplianceHeader, ComplianceItem, ComplianceSummary } from '../operations/compliance.js';
import { changeColumns, changeRow, exceptionColumns, exceptionRow } from './compliance-rows.js';
import { COMPLIANCE_STYLE } from './compliance-style.js';
import { EXCEPTIONS, PARTS } from './compliance-words.js';
import { escaped, facts, row } from './html.js';
import { Spool } from './spool.js';

/**
 * A report as one page of HTML that needs nothing else: no script, no style or font of another place. Exceptions come
 * first, which are known last, so all rows are kept until then, compressed.
 */
export async function* complianceHtml(
  items: AsyncIterable<ComplianceItem>,
): AsyncGenerator<string, void, undefined> {
  const [exceptions, changes] = [new Spool(), new Spool()];
  for await (const item of items) {
    switch (item.kind) {
      case 'header':
        yield begin(item);
        break;
      case 'change':
        changes.add(changeRow(item));
        if (item.exceptions.length > 0) exceptions.add(exceptionRow(item));
        break;
      case 'summary':
        yield completeness(item);
        yield* table(exceptionsTitle(item), exceptionColumns, exceptions, 'There is none in this period.');
        yield today(item);
        yield* table(
          `All changes (${item.changes})`,
          changeColumns,
          changes,
          'Nothing was done in this period.',
        );
        yield '</main>\n</body>\n</html>\n';
    }
  }
}

function begin({ service, store, from, to, generatedAt, version, control }: ComplianceHeader): string {
  const title = escaped(`Changes of ${service}`);
  const told = facts([
    ['Service', escaped(service)],
    ['Period', escaped(`${from ?? 'first entry'} to ${to === undefined ? 'last entry' : `before ${to}`}`)],
    ['History in', escaped(store)],
    ['Made', escaped(`${generatedAt}, by nestjs-flamingock ${version}`)],
  ]);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${COMPLIANCE_STYLE}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p>What was done about the changes of this service, by its own history. All times are on the clock of the audit store, in UTC (Z).</p>
${told}${control ? controls(control) : ''}`;
}

function controls({ name, references }: NonNullable<ComplianceHeader['control']>): string {
  const rows = references.map(({ requirement, asks, parts }) =>
    row([escaped(requirement), escaped(asks), parts.map((part) => escaped(PARTS[part])).join('<br>')]),
  );
  return `<h2>${escaped(name)}</h2>
<p>Where in this report there is evidence for which requirement. Whether it is enough is for the auditor to say.</p>
<table><thead>${row(['Requirement', 'Asks for', 'See'], 'th')}</thead><tbody>${rows.join('')}</tbody></table>
`;
}

function completeness(summary: ComplianceSummary): string {
  const { verification, contiguous, changes, entries, firstSeq, lastSeq } = summary;
  const isProven = verification.ok && contiguous;
  const range = firstSeq === undefined ? 'none' : `${firstSeq} to ${String(lastSeq)}, ${entries} entries`;
  const gaps =
    'no: entries between them have times that are not in the period, as after a clock was set back';
  return `<h2>Completeness</h2>
<div class="${isProven ? 'ok' : 'bad'}">
<p>${escaped(isProven ? provenBy(verification, lastSeq) : 'Whether the list below is complete is NOT proven.')}</p>
${facts([
  ['Changes in the period', String(changes)],
  ['Entries of the history', escaped(range)],
  ['Numbered without a gap', contiguous ? 'yes' : gaps],
  ...verificationFacts(verification),
])}</div>
`;
}

/** The chain has no key: what nobody has signed may be another history altogether. */
function provenBy(verification: AuditVerification, lastSeq = 0): string {
  const { signedHeads = [] } = verification.ok ? verification : {};
  const signedUntil = signedHeads.at(-1)?.seq ?? 0;
  const complete = 'The list below is complete by the hash chain of the history';
  if (signedUntil === 0)
    return `${complete}. Without signed heads this does not exclude that the history was rewritten as a whole.`;
  return signedUntil >= lastSeq
    ? `${complete}, and all of it is what was signed.`
    : `${complete}, and what was signed up to entry ${signedUntil}; what comes after it is not signed yet.`;
}

function verificationFacts(verification: AuditVerification): (readonly [string, string])[] {
  if (!verification.ok) {
    const { seq, changeId, fault, heldUntil, absent } = verification;
    const of = changeId === undefined ? '' : ` of "${changeId}"`;
    const told = absent
      ? fault
      : `altered: entry ${seq}${of}: ${fault}. What comes after it may not be listed.`;
    const held =
      heldUntil && `entry ${heldUntil.seq}, signed at ${heldUntil.createdAt} by key ${heldUntil.keyId}`;
    return [
      ['Hash chain, first entry to head', `<span class="exception">${escaped(told)}</span>`],
      ...(held === undefined ? [] : ([['Is what was signed up to', escaped(held)]] as const)),
    ];
  }
  const { entries, head, accepted, signedHeads } = verification;
  const signed = signedHeads?.map(({ seq, createdAt, keyId }) =>
    escaped(`entry ${seq}, at ${createdAt}, by key ${keyId}`),
  );
  return [
    ['Hash chain, first entry to head', escaped(`unbroken over ${entries} entries`)],
    ['Head', escaped(`${head.seq}:${head.hash}`)],
    ...(accepted.length === 0
      ? []
      : ([
          [
            'Accepted by an operator',
            accepted.map(({ seq, fault }) => escaped(`entry ${seq} ${fault}`)).join('<br>'),
          ],
        ] as const)),
    ['Signed heads', signed ? latest(signed) : 'none were given to compare with'],
  ];
}

/** A year of runs has signed hundreds, of which the last ones say the most. */
function latest(signed: readonly string[]): string {
  const told = signed.slice(-10);
  const rest = signed.length - told.length;
  return [`all ${signed.length} are in it`, ...(rest > 0 ? [`${rest} earlier ones`] : []), ...told].join(
    '<br>',
  );
}

function exceptionsTitle({ exceptions }: ComplianceSummary): string {
  const counts = Object.entries(exceptions).map(
    ([exception, count]) => `${count} ${EXCEPTIONS[exception as keyof typeof EXCEPTIONS]}`,
  );
  return counts.length === 0 ? 'Exceptions' : `Exceptions: ${counts.join(', ')}`;
}

function today({ edited, drift }: ComplianceSummary): string {
  const edits = edited.map(({ changeId, differences }) =>
    row([escaped(changeId), 'edited since it was applied', escaped(differences.join('; '))]),
  );
  const drifts = drift?.drifted.map(({ changeId, verdict, error = '' }) =>
    row([escaped(changeId), `not as it was applied: ${escaped(verdict)}`, escaped(error)]),
  );
  const asked = drift
    ? `${drift.asked} applied changes were asked whether they are still there; ${drift.unasked.length} cannot say.`
    : 'Applied changes were not asked whether they are still there.';
  const rows = [...edits, ...(drifts ?? [])];
  const found =
    rows.length === 0
      ? '<p>No change of the code is another than was applied.</p>\n'
      : `<table><thead>${row(['Change', 'Found', 'What differs'], 'th')}</thead><tbody>${rows.join('')}</tbody></table>\n`;
  return `<h2>Today</h2>\n<p>${asked}</p>\n${found}`;
}

function* table(title: string, columns: readonly string[], rows: Spool, none: string): Generator<string> {
  yield `<h2>${escaped(title)}</h2>\n`;
  let isEmpty = true;
  for (const text of rows.texts()) {
    if (isEmpty) yield `<table><thead>${row(columns.map(escaped), 'th')}</thead><tbody>\n`;
    isEmpty = false;
    yield text;
  }
  yield isEmpty ? `<p>${escaped(none)}</p>\n` : '</tbody></table>\n';
}
