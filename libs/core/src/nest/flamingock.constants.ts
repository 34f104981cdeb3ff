/** Token of the {@link AuditStore} in use; override it in tests. */
export const FLAMINGOCK_AUDIT_STORE = Symbol.for('flamingock:audit-store');
/** Token of the `FlamingockSettings` given in code. */
export const FLAMINGOCK_SETTINGS = Symbol.for('flamingock:settings');
/**
 * Token of `FlamingockSettings` that win over those in code, for a tool that loads
 * an application that is not its own: provide it in a module around the application's own.
 */
export const FLAMINGOCK_OVERRIDES = Symbol.for('flamingock:overrides');

/** Token of the {@link Runtime} in use; override it in tests. */
export const FLAMINGOCK_RUNTIME = Symbol.for('flamingock:runtime');
/** Token of the {@link AdapterHost}, which the factory of an adapter may inject. */
export const FLAMINGOCK_ADAPTER_HOST = Symbol.for('flamingock:adapter-host');
/** Token of the target systems in use. */
export const FLAMINGOCK_TARGET_SYSTEMS = Symbol.for('flamingock:target-systems');
/** Token under which `forFeature` leaves stage and changes in its module. */
export const FLAMINGOCK_FEATURE = Symbol.for('flamingock:feature');
/** Where `ConfigModule` keeps what `flamingockConfig` loads. */
export const FLAMINGOCK_CONFIG_KEY = 'CONFIGURATION(flamingock)';
/** Token of the check of what `forRoot` and `forFeature` were given; all that the module builds waits for it. */
export const FLAMINGOCK_REGISTRATION = Symbol.for('flamingock:registration');
