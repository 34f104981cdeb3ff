import { resolveOptions } from './resolve-options.js';
import type { FlamingockSettings } from './flamingock-options.js';
import { settingsFromEnvironment } from './environment-settings.js';
import { resolveResilience } from './resilience-settings.js';

const resolved = (...layers: FlamingockSettings[]) => resolveResilience(layers);

describe('resolveResilience', () => {
  it('lets later settings win, one by one', () => {
    const { settings, faults } = resolved(
      { backOff: { waitMs: 5 }, circuit: { failures: 2, maxMs: 90_000 } },
      { circuit: { failures: 3 } },
    );
    expect(settings).toEqual({
      backOff: { waitMs: 5 },
      circuit: { failures: 3, initialMs: 30_000, maxMs: 90_000 },
    });
    expect(faults).toEqual([]);
  });

  it('keeps no circuits where the last that is said is false', () => {
    const off = settingsFromEnvironment({ FLAMINGOCK_CIRCUIT: 'false' });
    expect(resolveOptions({ service: 'a' }, off).circuit).toBe(false);
    expect(resolved({ circuit: {} }, { circuit: false }).settings.circuit).toBe(false);
    expect(resolved({ circuit: false }, { circuit: { failures: 1 } }).settings.circuit).toMatchObject({
      failures: 1,
    });
  });

  it('is open at least as long as at first', () => {
    expect(resolved({ circuit: { initialMs: 600_000 } }).settings.circuit).toMatchObject({ maxMs: 600_000 });
  });

  it('tells all faults at once', () => {
    const settings = {
      backOff: { waitMs: -1, wait: 1 },
      circuit: { failures: 0, initialMs: 0, maxMs: 'long', max: 1 },
    };
    expect(resolved(settings as unknown as FlamingockSettings).faults).toEqual([
      'backOff has no option "wait": did you mean waitMs?',
      expect.stringMatching(/^circuit has no option "max"/),
      expect.stringMatching(/^backOff.waitMs must be a number of milliseconds from 0 /),
      'circuit.failures must be a whole number from 1, not 0',
      expect.stringMatching(/^circuit.initialMs must be a number of milliseconds from 1 /),
      expect.stringMatching(/^circuit.maxMs must be a number of milliseconds from 0 /),
    ]);
    const others = { backOff: 3, circuit: true } as unknown as FlamingockSettings;
    expect(resolved(others).faults).toEqual([
      'backOff takes its options as an object, not 3',
      'circuit takes its options as an object, not true',
    ]);
  });
});
