import type { Database, DatabaseKind, Outcome } from '../participant.js';
import type { Databases } from './databases.js';
import { fromFar } from './distance.js';
import { ParticipantProcess, type Contender } from './participant-process.js';

/** Figures of each of several, one for each round. */
export type Figures<T = Contender> = ReadonlyMap<T, readonly number[]>;

/** What a measure works with. */
export class Bench {
  constructor(
    readonly databases: Databases,
    /** Rounds after the one that warms up. */
    readonly rounds: number,
    /** Whether smaller amounts of work will do. */
    readonly quick: boolean,
    readonly say: (progress: string) => void,
  ) {}

  /** Rounds in which each has its turn once, each time another one first. */
  async interleave<T extends { readonly title: string }>(
    contenders: readonly T[],
    once: (contender: T) => Promise<number>,
  ): Promise<Figures<T>> {
    const figures = new Map(contenders.map((contender) => [contender, [] as number[]]));
    for (let round = 0; round <= this.rounds; round += 1) {
      for (const contender of rotated(contenders, round)) {
        const figure = await once(contender);
        this.say(`${round === 0 ? 'warm-up' : `round ${round}`}: ${contender.title}: ${figure.toFixed(1)}`);
        if (round > 0) figures.get(contender)?.push(figure);
      }
    }
    return figures;
  }

  /** Applies changes to a new database, and makes sure that they were applied. */
  async applyOnce(
    contender: Contender,
    kind: DatabaseKind,
    changes: number,
    isFar = false,
  ): Promise<Outcome> {
    return this.onNewDatabase(kind, async (database) => {
      const outcome = isFar
        ? await fromFar(database, (far) => this.run(contender, far, changes))
        : await this.run(contender, database, changes);
      const rows = await this.databases.rows(database);
      if (rows !== changes) throw new Error(`${contender.title} inserted ${rows} rows instead of ${changes}`);
      return outcome;
    });
  }

  /** One run in a process of its own. */
  async run(contender: Contender, database: Database, changes: number): Promise<Outcome> {
    return (await this.start(contender, database, changes)).apply();
  }

  /** A process that is ready, and waits for the word. */
  start(
    contender: Contender,
    database: Database,
    changes: number,
    folder = this.databases.newFolder(),
  ): Promise<ParticipantProcess> {
    return ParticipantProcess.start(contender, { database, changes, folder });
  }

  async onNewDatabase<T>(kind: DatabaseKind, work: (database: Database) => Promise<T>): Promise<T> {
    const database = await this.databases.create(kind);
    try {
      return await work(database);
    } finally {
      await this.databases.drop(database);
    }
  }
}

function rotated<T>(items: readonly T[], by: number): T[] {
  const first = by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}
