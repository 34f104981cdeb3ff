/** What the environment of a process says about development. */
export interface DevelopmentVariables {
  readonly FLAMINGOCK_DEV?: string | undefined;
  readonly NODE_ENV?: string | undefined;
}

/** Whether what is for development only is allowed, and by what that is decided. */
export interface Development {
  readonly isOn: boolean;
  /** As a sentence goes on: `NODE_ENV is "production"`. */
  readonly why: string;
}

/** What `FLAMINGOCK_DEV` may be. */
export const DEV_VALUES = ['1', '0', 'true', 'false'] as const;

/** What one of {@link DEV_VALUES} means. */
export function isDevValueOn(value: (typeof DEV_VALUES)[number]): boolean {
  return value === '1' || value === 'true';
}

/** Whether development is allowed: production wins over the setting, and the setting over the environment. */
export function developmentOf(
  setting: boolean | undefined,
  { FLAMINGOCK_DEV = '', NODE_ENV = '' }: DevelopmentVariables,
): Development {
  if (NODE_ENV === 'production') return { isOn: false, why: 'NODE_ENV is "production"' };
  if (setting !== undefined) return { isOn: setting, why: `development is ${String(setting)}` };
  const value = devValue(FLAMINGOCK_DEV);
  if (value) return { isOn: isDevValueOn(value), why: `FLAMINGOCK_DEV is "${value}"` };
  if (NODE_ENV === 'development') return { isOn: true, why: 'NODE_ENV is "development"' };
  return { isOn: false, why: 'neither FLAMINGOCK_DEV=1 nor NODE_ENV=development is set' };
}

/** What is wrong with the variable, which an application without `flamingockConfig` has nobody else to check. */
export function developmentFault({ FLAMINGOCK_DEV = '' }: DevelopmentVariables): string | undefined {
  if (FLAMINGOCK_DEV.trim() === '' || devValue(FLAMINGOCK_DEV)) return undefined;
  return `FLAMINGOCK_DEV must be one of ${DEV_VALUES.join(', ')}, not ${JSON.stringify(FLAMINGOCK_DEV)}`;
}

function devValue(text: string): (typeof DEV_VALUES)[number] | undefined {
  return DEV_VALUES.find((value) => value === text.trim());
}
