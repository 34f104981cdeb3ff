import { onlyReads } from './search-request.js';

describe('a request', () => {
  it.each([
    ['GET', '/products/_doc/1'],
    ['HEAD', '/products'],
    ['POST', '/products/_search'],
    ['POST', '/_all/_search'],
    ['POST', '/_msearch'],
    ['POST', '/products/_count'],
    ['POST', '/products/_refresh'],
    ['DELETE', '/_search/scroll'],
    ['DELETE', '/_search/point_in_time'],
  ])('only reads: %s %s', (method, path) => {
    expect(onlyReads({ method, path })).toBe(true);
  });

  it.each([
    ['POST', '/products/_doc'],
    ['PUT', '/products/_doc/_search'],
    ['POST', '/products/_doc/_search'],
    ['POST', '/products/_update_by_query'],
    ['POST', '/_aliases'],
    ['PUT', '/_search/pipeline/one'],
    ['DELETE', '/_search/pipeline/one'],
    ['DELETE', '/products'],
    ['POST', '/_reindex'],
  ])('does more: %s %s', (method, path) => {
    expect(onlyReads({ method, path })).toBe(false);
  });
});
