import { explain, mayPass } from './explain.js';

describe('what a failed request means', () => {
  it('tells a missing consent from a missing sign-in, and both from a store that is away', () => {
    const titles = [401, 403, 503].map((status) => explain(status).title);
    expect(new Set(titles).size).toBe(3);
  });

  it('has an answer for every status', () => {
    for (let status = 400; status < 600; status++) expect(explain(status).advice).not.toBe('');
  });

  it('tries again only what may pass by itself', () => {
    expect([0, 429, 500, 503].map(mayPass)).toEqual([true, true, true, true]);
    expect([400, 401, 403, 404, 409].map(mayPass)).toEqual([false, false, false, false, false]);
  });
});
