import type { ForeignHistories, ForeignHistory, ForeignSource } from '@nestjs-flamingock/core/adapter';
import type { Connection, mongo } from 'mongoose';
import type { Database } from '../connection/database.js';
import { FOREIGN_TOOLS, type ForeignTool } from './foreign-tools.js';

/** All documents come in one answer to one command: no write gets in between. */
const ONE_BATCH = 20_000;

/** Reads the collections of other tools, outside every transaction of a change. */
export class MongoForeignHistories implements ForeignHistories {
  readonly tools = Object.keys(FOREIGN_TOOLS);

  constructor(
    private readonly connection: Connection,
    private readonly database: Database,
  ) {}

  async read({ tool: named, table, schema }: ForeignSource): Promise<ForeignHistory> {
    const tool = FOREIGN_TOOLS[named];
    const collection = table ?? tool?.collection ?? named;
    const place = `collection "${collection}" of database "${this.connection.name}"`;
    const refuse = (fault: string): ForeignHistory => ({ place, migrations: [], faults: [fault] });
    if (!tool) return refuse(`There is no collection of ${named} that could be read here.`);
    if (schema !== undefined) return refuse(`MongoDB has no schemas: leave out ${JSON.stringify(schema)}.`);
    if (!(await this.exists(collection)))
      return refuse('It is not there. Name the collection with --table, where it has another name.');
    const locked = await this.lockFaults(tool);
    const documents = await this.find(collection, {}, tool.sort);
    const { migrations, faults } = tool.read(documents);
    return { place, migrations, faults: [...locked, ...faults] };
  }

  private async lockFaults({ lock: { collection, query } }: ForeignTool): Promise<string[]> {
    const held = await this.find(collection, query);
    if (held.length === 0) return [];
    return [
      `Its lock is held, in collection "${collection}": the tool is at work, or was cut off. Wait for it, or delete the document.`,
    ];
  }

  private exists(name: string): Promise<boolean> {
    return this.database.outside(async (db) => (await db.listCollections({ name }).toArray()).length > 0);
  }

  private find(
    collection: string,
    query: mongo.Filter<mongo.BSON.Document>,
    sort: mongo.Sort = { _id: 1 },
  ): Promise<mongo.BSON.Document[]> {
    return this.database.on(collection, (found) =>
      found.find(query).sort(sort).batchSize(ONE_BATCH).allowDiskUse().toArray(),
    );
  }
}
