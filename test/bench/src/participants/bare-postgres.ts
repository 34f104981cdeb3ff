import { Client } from 'pg';
import { TABLE, type Job, type Participant } from '../participant.js';

/** As much text as an entry of the history has. */
const PAYLOAD = 'x'.repeat(450);
const AUDIT_ROWS = `INSERT INTO ${TABLE}_audit (id, payload) VALUES ($1, $2), ($3, $2)`;

/**
 * The least that could be done for the same durable result, by the driver alone: the row and two audit rows in
 * a transaction. `variant` "one-message" sends the audit rows and COMMIT together.
 */
export async function open(job: Job): Promise<Participant> {
  const client = new Client(job.database.url);
  await client.connect();
  await client.query(`CREATE TABLE ${TABLE}_audit (id INT PRIMARY KEY, payload TEXT NOT NULL)`);
  const commit = job.variant === 'one-message' ? commitInOneMessage : commitInTwo;
  return {
    async apply() {
      for (const { number, statement } of job.inserts) {
        await client.query('BEGIN');
        await client.query(statement);
        await commit(client, number);
      }
    },
    close: () => client.end(),
  };
}

async function commitInTwo(client: Client, number: number): Promise<void> {
  await client.query(AUDIT_ROWS, [2 * number - 1, PAYLOAD, 2 * number]);
  await client.query('COMMIT');
}

async function commitInOneMessage(client: Client, number: number): Promise<void> {
  const rows = `(${2 * number - 1}, '${PAYLOAD}'), (${2 * number}, '${PAYLOAD}')`;
  await client.query(`INSERT INTO ${TABLE}_audit (id, payload) VALUES ${rows}; COMMIT`);
}
