import { developmentFault, developmentOf } from './development.js';

describe('development', () => {
  it.each([
    [undefined, {}, false],
    [undefined, { FLAMINGOCK_DEV: '1' }, true],
    [undefined, { FLAMINGOCK_DEV: ' true ' }, true],
    [undefined, { NODE_ENV: 'development' }, true],
    [undefined, { NODE_ENV: 'test' }, false],
    [undefined, { FLAMINGOCK_DEV: '', NODE_ENV: 'development' }, true],
    [undefined, { FLAMINGOCK_DEV: '0', NODE_ENV: 'development' }, false],
    [false, { FLAMINGOCK_DEV: '1' }, false],
    [true, {}, true],
    [true, { FLAMINGOCK_DEV: '1', NODE_ENV: 'production' }, false],
  ])('of setting %s and %j is %s', (setting, environment, isOn) => {
    expect(developmentOf(setting, environment).isOn).toBe(isOn);
  });

  it('says by what it is off', () => {
    const production = { FLAMINGOCK_DEV: '1', NODE_ENV: 'production' };
    expect(developmentOf(true, production).why).toBe('NODE_ENV is "production"');
    expect(developmentOf(undefined, {}).why).toMatch(/neither FLAMINGOCK_DEV=1 nor NODE_ENV=development/);
  });

  it('does not guess what a variable means that it does not know', () => {
    expect(developmentFault({ FLAMINGOCK_DEV: 'yes' })).toMatch(/must be one of .*, not "yes"/);
    expect(developmentFault({ FLAMINGOCK_DEV: 'constructor' })).toBeDefined();
    expect(developmentFault({ FLAMINGOCK_DEV: '1' })).toBeUndefined();
  });
});
