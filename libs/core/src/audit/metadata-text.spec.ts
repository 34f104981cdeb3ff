import { metadataOf, metadataText } from './metadata-text.js';

describe('metadataOf', () => {
  it.each([
    {},
    { by: 'ann', reason: 'it is out' },
    { reason: '{"a": 1}', by: '\u2028 "\\' },
    JSON.parse('{"__proto__":"own","constructor":"x","10":"a","9":"b"}') as Record<string, string>,
  ])('gives back %j unchanged', (metadata) => {
    expect(Object.entries(metadataOf(metadataText(metadata)))).toEqual(Object.entries(metadata));
  });

  it.each<[string, unknown]>([
    ['another spacing', '{"by": "ann"}'],
    ['an escape that is not needed', '{"by":"\\u0061nn"}'],
    ['a name twice, of which parsers take the last', '{"by":"eve","by":"ann"}'],
    ['a value that is no text', '{"by":["ann"]}'],
    ['no object', '["ann"]'],
    ['no JSON', '{"by":'],
    ['JSON of nothing', 'null'],
    ['nothing', ''],
    ['null', null],
    ['what a driver made of JSON', { by: 'ann' }],
  ])('makes of %s what no entry has', (_what, text) => {
    expect(metadataOf(text)).toEqual({ '(unreadable)': String(text) });
  });
});
