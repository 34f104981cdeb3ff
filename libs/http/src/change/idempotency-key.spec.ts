import { idempotencyKey, KEY_NAMESPACE } from './idempotency-key.js';

const PARTS = {
  service: 'shop',
  changeId: 'add-suppliers',
  origin: 'f'.repeat(64),
  step: 'create acme',
  calls: 'work',
  undone: 0,
  request: 'POST /api/suppliers',
  number: 1,
} as const;

it('is a UUID of version 5 over the parts, which any library makes', () => {
  // uuid.uuid5(uuid.UUID('c5b5f2a0-6d0e-4a7c-9a51-0d6f4c1f6f2e'), '["shop","add-suppliers","ff…f","create acme","work",0,"POST /api/suppliers",1]')
  expect(KEY_NAMESPACE).toBe('c5b5f2a0-6d0e-4a7c-9a51-0d6f4c1f6f2e');
  expect(idempotencyKey(PARTS)).toBe('0e1dcb99-0753-563e-b87b-b75f64c6ffc5');
});

it.each([
  { service: 'x' },
  { changeId: 'x' },
  { origin: 'x' },
  { step: 'x' },
  { calls: 'undo' as const },
  { undone: 1 },
  { request: 'PUT /api/suppliers' },
  { number: 2 },
  { number: '1' },
])('is another one for other parts: %j', (other) => {
  expect(idempotencyKey({ ...PARTS, ...other })).not.toBe(idempotencyKey(PARTS));
});
