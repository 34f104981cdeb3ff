import type { InjectionToken } from '@nestjs/common';

/** A token of the application's container, or a value under a token of its own. */
export type ProvidedHandle =
  InjectionToken | { readonly provide: InjectionToken; readonly useValue: unknown };
