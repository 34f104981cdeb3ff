/** The applications that `nest new` makes: what a user of the libraries starts from. */
export const consumers = [
  // CommonJS, Jest. TypeORM 0.3, which most such applications still have. Without OpenTelemetry's API.
  { name: 'nest-11-cjs', node: 20, schematics: 11, typeorm: '^0.3.28', esm: false, webpack: true },
  // CommonJS, Jest in native ESM mode, for which it needs Node 24.
  {
    name: 'nest-12-cjs',
    node: 24,
    schematics: 12,
    options: ['--type=cjs'],
    typeorm: '^1.1.1',
    telemetry: '^1.9.0',
    esm: false,
  },
  // ES modules, Vitest.
  {
    name: 'nest-12-esm',
    node: 24,
    schematics: 12,
    options: ['--type=esm'],
    typeorm: '^1.1.1',
    telemetry: '^1.9.0',
    esm: true,
  },
];
