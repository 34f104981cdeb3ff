import { watchStorage } from '../../../../test/support/storage-use.js';
import { StatementLine } from './statement-line.js';

const refusal = (): Error => new RangeError('closed');

describe('the line of statements of a transaction', () => {
  it('gives its turn to whatever a statement leads to, and to nothing else', async () => {
    const [mine, other] = [new StatementLine(), new StatementLine()];
    const seen = await mine.run(async () => {
      await Promise.resolve();
      return [mine.hasTurn, other.hasTurn];
    }, refusal);
    expect([...seen, mine.hasTurn]).toEqual([true, false, false]);
  });

  it('runs the next statement once the one before has ended, also where that has failed', async () => {
    const line = new StatementLine();
    const ran: string[] = [];
    const first = line.run(async () => {
      await Promise.resolve();
      ran.push('first');
      throw new TypeError();
    }, refusal);
    const second = line.run(async () => void ran.push('second'), refusal);
    await expect(first).rejects.toThrow(TypeError);
    await second;
    expect(ran).toEqual(['first', 'second']);
  });

  it('lets the statement end that runs when it is closed, and refuses those that wait', async () => {
    const line = new StatementLine();
    let end = (): void => undefined;
    const running = line.run(() => new Promise<void>((resolve) => (end = resolve)), refusal);
    const waiting = line.run(async () => undefined, refusal);
    await Promise.resolve();
    const closed = line.close();
    end();
    await Promise.all([running, closed]);
    await expect(waiting).rejects.toThrow('closed');
  });

  it('leaves no storage in use, which slows every promise down, once no statement is run any more', async () => {
    const timesDisabled = watchStorage();
    let end = (): void => undefined;
    const long = new StatementLine().run(() => new Promise<void>((resolve) => (end = resolve)), refusal);
    await new StatementLine().run(() => Promise.resolve(), refusal);
    expect(timesDisabled()).toBe(0);
    end();
    await long;
    expect(timesDisabled()).toBe(1);
  });
});
