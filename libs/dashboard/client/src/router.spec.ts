import { hrefTo, routeOf } from './router.js';

describe('addresses of pages', () => {
  it.each(['', '#', '#/'])('shows the overview for "%s"', (hash) => {
    expect(routeOf(hash).page).toBe('overview');
  });

  it.each([
    'plain',
    'with space',
    'a/b',
    'a?b=c#d',
    '../../x',
    '100%',
    '<img src=x onerror=alert(1)>',
    '変更',
    'a%2Fb',
  ])('leads back to the change "%s"', (id) => {
    expect(routeOf(hrefTo('changes', id))).toMatchObject({ page: 'changes', id });
  });

  it('keeps filters apart from the page, and leaves out empty ones', () => {
    const href = hrefTo('history', undefined, { q: 'a&b', state: '' });
    expect(href).toBe('#/history?q=a%26b');
    const { page, query } = routeOf(href);
    expect([page, query.get('q'), query.get('state')]).toEqual(['history', 'a&b', null]);
  });

  it.each(['#/nowhere', '#/changes/%E0%A4%A', '#/constructor', '#/__proto__/x'])(
    'knows no page at %s',
    (hash) => {
      expect(routeOf(hash).page).toBe('not-found');
    },
  );
});
