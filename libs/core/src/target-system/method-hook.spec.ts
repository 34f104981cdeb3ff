import { MethodHook } from './method-hook.js';

class Greeter {
  constructor(private readonly name: string) {}

  greet(): string {
    return `hello ${this.name}`;
  }
}

const loud = (greeter: Greeter): MethodHook<() => string> =>
  new MethodHook(greeter, 'greet', (original) => () => original().toUpperCase());

describe('MethodHook', () => {
  it('replaces a method once for all its users, and puts it back with the last', () => {
    const greeter = new Greeter('ann');
    const hook = loud(greeter);
    const [one, other] = [{}, {}];
    hook.install(one);
    hook.install(other);
    hook.uninstall(one);
    expect(greeter.greet()).toBe('HELLO ANN');
    hook.uninstall(other);
    expect(greeter.greet()).toBe('hello ann');
    expect(Object.hasOwn(greeter, 'greet')).toBe(false);
  });

  it('puts back a method that the object had of its own', () => {
    const greeter = new Greeter('ann');
    const own = (): string => 'hi';
    greeter.greet = own;
    const hook = loud(greeter);
    hook.install(hook);
    expect(greeter.greet()).toBe('HI');
    hook.uninstall(hook);
    expect(greeter.greet).toBe(own);
  });

  it('leaves alone what somebody else has put over it', () => {
    const greeter = new Greeter('ann');
    const hook = loud(greeter);
    hook.install(hook);
    const over = greeter.greet;
    const theirs = (): string => `${over()}!`;
    greeter.greet = theirs;
    hook.uninstall(hook);
    expect(greeter.greet).toBe(theirs);
    expect(greeter.greet()).toBe('HELLO ANN!');
  });

  it('can be installed again', () => {
    const greeter = new Greeter('ann');
    const hook = loud(greeter);
    hook.install(hook);
    hook.uninstall(hook);
    hook.install(hook);
    expect(greeter.greet()).toBe('HELLO ANN');
  });
});
