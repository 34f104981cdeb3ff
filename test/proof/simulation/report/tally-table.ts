import type { Tally } from './tally.js';

const WHAT_HAPPENED = [
  'steps',
  'processes',
  'messages',
  'crashes',
  'pauses',
  'lost requests',
  'lost answers',
  'late requests',
  'delays',
  'duplicates',

  'clock steps',
  'stops',
  'take-overs',
  'shared commits',
  'fenced',
];

/** What was tried, as a Markdown table. */
export function tallyTable(tally: Tally): string {
  const rows: [string, number][] = [
    ['schedules', tally.schedules],
    ...WHAT_HAPPENED.map((kind): [string, number] => [kind, tally.of(kind)]),
    ...tally
      .startingWith('state ')
      .map(([state, count]): [string, number] => [`recorded \`${state}\``, count]),
    ...tally
      .startingWith('end ')
      .map(([end, count]): [string, number] => [`processes that ended: ${end}`, count]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const line = (name: string, count: string) => `| ${name.padEnd(width)} | ${count.padStart(13)} |`;
  return [
    line('what', 'how many'),
    `| ${'-'.repeat(width)} | ${'-'.repeat(12)}: |`,
    ...rows.map(([name, count]) => line(name, count.toLocaleString('en'))),
  ].join('\n');
}
