const UNNOTICED = ['Survived', 'NoCoverage'];

/** What became of the mutants of a room, from Stryker's report. A mutant that cannot be loaded at all counts nowhere. */
export function row(room, { files }) {
  const statuses = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
  const count = (...wanted) => statuses.filter((status) => wanted.includes(status)).length;
  const [killed, timeout, survived] = [count('Killed'), count('Timeout'), count(...UNNOTICED)];
  const mutants = killed + timeout + survived;
  return { room, mutants, killed, timeout, survived, score: (100 * (killed + timeout)) / mutants };
}

/** The rows as a table of Markdown, with their sum. */
export function table(rows) {
  const sum = (key) => rows.reduce((total, one) => total + one[key], 0);
  const all = {
    room: 'all',
    ...counts(sum),
    score: (100 * (sum('killed') + sum('timeout'))) / sum('mutants'),
  };
  return [
    '| room | mutants | killed | timeout | survived | score |',
    '|---|---:|---:|---:|---:|---:|',
    ...[...rows, ...(rows.length > 1 ? [all] : [])].map(line),
  ].join('\n');
}

function counts(of) {
  return Object.fromEntries(['mutants', 'killed', 'timeout', 'survived'].map((key) => [key, of(key)]));
}

function line({ room, mutants, killed, timeout, survived, score }) {
  return `| ${room} | ${mutants} | ${killed} | ${timeout} | ${survived} | ${score.toFixed(1)} % |`;
}
