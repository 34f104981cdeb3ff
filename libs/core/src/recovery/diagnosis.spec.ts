import { diagnosisMetadata, diagnosisOf, MAX_DIAGNOSIS, sameDiagnosis, type Diagnosis } from './diagnosis.js';

const told = (diagnosis: Diagnosis): Diagnosis | undefined =>
  diagnosisOf({ metadata: diagnosisMetadata(diagnosis) });
const textOf = (diagnosis: Diagnosis): string => diagnosisMetadata(diagnosis)['diagnosis'] ?? '';

describe('a diagnosis in the metadata of an entry', () => {
  it('is read as it was written, whatever characters it has', () => {
    const diagnosis: Diagnosis = {
      errorClass: 'QueryFailedError',
      code: '23505',
      constraint: 'größe_≠_\u0000',
      progress: { done: 1, total: 2, note: 'Zeile 7' },
      pid: 42,
    };
    expect(told(diagnosis)).toEqual(diagnosis);
    expect(textOf(diagnosis)).toMatch(/^[ -~]*$/);
  });

  it('is left out where nothing is known', () => {
    expect(diagnosisMetadata({})).toEqual({});
    expect(diagnosisOf({ metadata: {} })).toBeUndefined();
    expect(sameDiagnosis({ metadata: {} })).toEqual({});
  });

  it.each(['not json', '[]', 'null', '"text"', '1'])('is none where an entry says %s', (diagnosis) => {
    expect(diagnosisOf({ metadata: { diagnosis } })).toBeUndefined();
  });

  it('has no secret', () => {
    const { statement, progress } =
      told({
        statement: "CREATE USER u IDENTIFIED BY 's3cret'",
        progress: { done: 1, note: 'token=s3cret' },
      }) ?? {};
    expect(statement).toBe('CREATE USER u IDENTIFIED BY ***');
    expect(progress).toEqual({ done: 1, note: 'token=***' });
  });

  it('keeps its bound by cutting the statement, and then by leaving facts out, the least telling first', () => {
    const long = '≠'.repeat(5_000);
    const cut = told({ code: '1', pod: 'p', statement: long });
    expect(cut).toMatchObject({ code: '1', pod: 'p', statement: expect.stringMatching(/^≠+…$/) });
    const facts: Record<string, string> = {};
    for (const name of ['errorClass', 'code', 'codeName', 'sqlState', 'constraint', 'object', 'pod'])
      facts[name] = long;
    const some = told({ ...facts, statement: long });
    expect(some).toMatchObject({ errorClass: expect.any(String), code: expect.any(String) });
    expect(some).not.toHaveProperty('statement');
    for (const diagnosis of [
      { pod: 'p', statement: long },
      { ...facts, statement: long },
    ])
      expect(textOf(diagnosis).length).toBeLessThanOrEqual(MAX_DIAGNOSIS);
  });

  it('is the same in another entry about the same failure', () => {
    const metadata = diagnosisMetadata({ code: '1' });
    expect(sameDiagnosis({ metadata: { ...metadata, by: 'ann' } })).toEqual(metadata);
  });
});
