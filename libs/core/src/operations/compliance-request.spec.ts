import { complianceFaults, periodOf, type ComplianceRequest } from './compliance-request.js';
import { InvalidRequestError } from './operation.errors.js';

const iso = (request: ComplianceRequest) => {
  const { from, to } = periodOf(request);
  return [from, to].map((ms) => (Number.isFinite(ms) ? new Date(ms).toISOString() : 'open'));
};

describe('the period of a report', () => {
  it.each<[ComplianceRequest, string, string]>([
    [{}, 'open', 'open'],
    [{ from: '2026-01-01', to: '2026-01-31' }, '2026-01-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z'],
    [{ from: '2026-01-01', to: '2026-01-01' }, '2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'],
    [{ from: '2026-01-31T08:00+01:00' }, '2026-01-31T07:00:00.000Z', 'open'],
    [{ to: '2026-01-31T08:00:00.5Z' }, 'open', '2026-01-31T08:00:00.500Z'],
    [{ from: new Date(0), to: new Date(1) }, '1970-01-01T00:00:00.000Z', '1970-01-01T00:00:00.001Z'],
  ])('of %j', (request, from, to) => {
    expect(iso(request)).toEqual([from, to]);
  });

  it.each([
    '2026-01-31T08:00',
    '2026-02-31',
    '2026-02-31T08:00Z',
    '2026-01-31T24:00Z',
    'yesterday',
    '31.01.2026',
    '',
    new Date(Number.NaN),
    7,
  ])('is not of %j, which is no date, or is another one on each machine', (from) => {
    expect(complianceFaults({ from: from as string })).toEqual([
      { field: 'from', problem: expect.stringContaining('with its zone') as string },
    ]);
  });

  it('is refused with every fault of the request', () => {
    const request = { from: '2026-03-01', to: '2026-02-01', control: 'gdpr' } as unknown as ComplianceRequest;
    expect(complianceFaults(request).map(({ field, problem }) => `${field} ${problem}`)).toEqual([
      'from must be before "to", which is 2026-02-01',
      'control must be one of soc2, pci, iso, not "gdpr"',
    ]);
    expect(() => periodOf(request)).toThrow(InvalidRequestError);
    expect(complianceFaults({ from: 'a', to: 'b' }).map(({ field }) => field)).toEqual(['from', 'to']);
  });
});
