/** What must hold in every schedule. */
export const INVARIANTS = {
  'one writer': 'only the latest holder of the lock adds to the history',
  'one token each': 'no two processes hold the lock with the same token, and tokens only grow',
  lock: 'the lock changes hands only when it is free or expired, and nobody revives a released one',
  chain: 'the history is one unbroken chain, of which nothing is ever changed or lost',
  succession: 'each entry may follow the one before it of the same change',
  order: 'no change runs while one before it is not applied, unless that waits in another stage',
  'exactly once': 'a transactional change is in its target exactly if the history says so, once',
  'executed means ran': 'a change is recorded as executed only if its execution ended without an error',
  'runs with the lock':
    'a change that no transaction protects is called, and calls, only while its process holds the lock',
  'durable before it runs':
    'a change that no transaction protects runs only after its own STARTED is durable',
  compensation:
    'a rollback runs only for a failure that is recorded, or an undo, and never for what the database took back',
  'truthful report': 'a run that reports everything applied is right',
  'known error': 'a process ends with a result or an error that names its remedy',
  ends: 'every process ends, and every wait has an end',
  converges: 'a healthy start applies everything, or stops at exactly the issues that the table names',
  quiet:
    'a start with nothing to do takes no lock, and asks each database at most once besides history and lock; it writes at most that there is nothing to do',
} as const;

/** Name of an invariant. */
export type Invariant = keyof typeof INVARIANTS;

/** An invariant that did not hold. */
export interface Violation {
  readonly invariant: Invariant;
  readonly what: string;
  /** Virtual milliseconds since the schedule began. */
  readonly at: number;
}
