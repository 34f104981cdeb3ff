import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { FLAMINGOCK_CONFIG_KEY, FLAMINGOCK_OVERRIDES, FLAMINGOCK_SETTINGS } from './flamingock.constants.js';
import type { FlamingockSettings } from './flamingock-options.js';
import { resolveOptions, type ResolvedOptions } from './resolve-options.js';

/** The settings of the application, once those of `ConfigModule` and of a tool are known, too. */
@Injectable()
export class SettingsInForce {
  private resolved: ResolvedOptions | undefined;

  constructor(
    @Inject(FLAMINGOCK_SETTINGS) private readonly settings: FlamingockSettings,
    private readonly moduleRef: ModuleRef,
  ) {}

  /**
   * Defaults, then `flamingockConfig`, then what is set in code, then what a tool overrides.
   *
   * @throws InvalidOptionsError listing every value that makes no sense.
   */
  get options(): ResolvedOptions {
    this.resolved ??= resolveOptions(
      settingsOf(this.moduleRef, FLAMINGOCK_CONFIG_KEY),
      this.settings,
      settingsOf(this.moduleRef, FLAMINGOCK_OVERRIDES),
    );
    return this.resolved;
  }
}

/** Those under a token, if there are any: `ConfigModule` need not be global, nor be there at all; nor need a tool. */
export function settingsOf(moduleRef: ModuleRef, token: string | symbol): FlamingockSettings {
  try {
    return moduleRef.get<FlamingockSettings>(token, { strict: false });
  } catch {
    return {};
  }
}
