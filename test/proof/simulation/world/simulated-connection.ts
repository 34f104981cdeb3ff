import { InMemoryDatabase, type InMemoryStatement } from '@nestjs-flamingock/testing';
import type { Wire } from './wire.js';

/** Statements of a commit are over with it: sent twice, the second finds no transaction. */
const COMMIT = 'commit';

/** A process's connection to a database: every statement goes by its wire. */
export class SimulatedConnection extends InMemoryDatabase {
  private isDirect = false;

  constructor(
    database: InMemoryDatabase,
    private readonly wire: Wire,
  ) {
    super({}, database);
  }

  override read<T>(name: string, query: InMemoryStatement<T>): Promise<T> {
    return this.directly(() => super.read(name, query));
  }

  override write<T>(name: string, statement: InMemoryStatement<T>): Promise<T> {
    return this.directly(() => super.write(name, statement));
  }

  /** Statements of a transaction come here, and not by {@link read} or {@link write}. */
  override send<T>(name: string, act: () => T): Promise<T> {
    const isRepeatable = this.isDirect && name !== COMMIT && name !== 'set';
    return this.wire.carry({ name, act, isRepeatable });
  }

  private directly<T>(work: () => Promise<T>): Promise<T> {
    this.isDirect = true;
    try {
      return work();
    } finally {
      this.isDirect = false;
    }
  }
}
