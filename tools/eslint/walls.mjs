// The walls between rooms and packages (CONTRIBUTING.md, "Walls"), as lint.
// test/tooling/walls.spec.ts proves of each that a breach fails.
import { basename } from 'node:path';
import boundaries from 'eslint-plugin-boundaries';
import { libraries, manifest } from '../pack.mjs';

/** Files of core that may know Nest. */
const NEST_FILES = [
  'libs/core/src/nest/**',
  'libs/core/src/change/*.decorator.ts',
  'libs/core/src/change/change-metadata.accessor.ts',
  'libs/core/src/change/change-discovery.ts',
  'libs/core/src/change/parameter-resolver.ts',
  'libs/core/src/change/returned-value.ts',
  'libs/core/src/target-system/provided-handle.ts',
];
const CONFIG_FILE = 'libs/core/src/config.ts';
const SIGNALS_FILE = 'libs/core/src/nest/shutdown-signals.ts';
const COMMAND_LINE_FILE = 'libs/core/src/errors/command-line.ts';
const EXIT_FILE = 'libs/core/src/nest/exit-watch.ts';
const UNHANDLED_FILE = 'libs/core/src/runtime/unhandled-errors.ts';
const TURN_FILE = 'libs/core/src/runtime/turn.ts';
/** The one server of core. */
const PROBE_SERVER = 'libs/core/src/probe/probe-server.ts';
const NODE_RUNTIME = 'libs/core/src/runtime/node-runtime.ts';
/** The files that are a process: the command's. */
const COMMAND_FILES = ['libs/cli/src/main.ts', 'libs/cli/src/run-flamingock-cli.ts'];
/** Files that only compute: same arguments, same answer. */
const PURE_FILES = [
  'libs/core/src/recovery/**',
  'libs/core/src/plan/execution-planner.ts',
  'libs/core/src/audit/audit-snapshot.ts',
];
const BESIDES_CORE = libraries.map((folder) => basename(folder)).filter((name) => name !== 'core');
/** Libraries whose time is the engine's: they get a Runtime with their AdapterHost. */
const ADAPTERS = BESIDES_CORE.filter((name) => !['testing', 'cli', 'schematics'].includes(name));
const SPECS = ['**/*.spec.ts', '**/fixtures/**'];

const core = { element: { type: 'core' } };
const library = { element: { type: 'library' } };
const file = (categories) => ({ file: { categories } });
const source = (...names) => ({ dependency: { source: names } });
/** What an application has installed when it uses the library: core, Nest, the driver and that driver's Nest module. */
function installedWith(lib) {
  const { dependencies, peerDependencies } = manifest(`libs/${lib}`);
  return Object.keys({ ...dependencies, ...peerDependencies });
}
/** Built-ins that compute; the rest of node: does I/O, keeps time or asks the machine. */
const COMPUTING_BUILTINS = [
  'node:async_hooks',
  'node:crypto',
  'node:events',
  'node:util',
  'node:util/types',
  'node:zlib',
];

/** Who may import what. The last policy that matches decides; what none allows is a breach. */
const policies = [
  { from: core, allow: [{ to: core }, source('reflect-metadata', ...COMPUTING_BUILTINS)] },
  { from: file('probe-server'), allow: source('node:http', 'node:net') },
  { from: file('node-runtime'), allow: source('node:*', 'node:*/**') },
  {
    from: file('nest'),
    allow: source('rxjs', '@nestjs/common', '@nestjs/common/**', '@nestjs/core', '@nestjs/core/**'),
  },
  { from: file('config'), allow: source('@nestjs/config', '@nestjs/common') },
  {
    from: file('pure'),
    disallow: [
      source('node:*', 'node:*/**'),
      { to: { file: { categories: ['nest', 'config', 'node-runtime'] } }, dependency: { kind: 'value' } },
    ],
    message: 'This file decides and does nothing else: hand it what it needs.',
  },
  {
    from: library,
    allow: [
      { to: { element: { type: 'library', captured: { lib: '{{ from.element.captured.lib }}' } } } },
      source('@nestjs-flamingock/core/adapter', 'node:*', 'node:*/**'),
    ],
  },
  ...BESIDES_CORE.map((lib) => ({
    from: { element: { type: 'library', captured: { lib } } },
    allow: source(...installedWith(lib)),
  })),
  {
    // The compiler that parses an application's sources is the application's own.
    from: { element: { type: 'library', captured: { lib: 'schematics' } } },
    allow: { dependency: { source: 'typescript', kind: 'type' } },
  },
  {
    from: { element: { type: 'application' } },
    allow: [
      { to: { element: { type: 'application' } } },
      source('node:*', 'node:*/**', '@nestjs-flamingock/*', '@nestjs-flamingock/core/*'),
      { to: { module: { origin: 'external' } } },
    ],
  },
  { from: file('spec'), allow: { to: { module: { origin: ['local', 'external', 'core'] } } } },
];

const relativeWithoutJs = String.raw`/^\.{1,2}(\u002F(?!.*\.m?js$)|$)/`;
const IMPORTS_WITHOUT_JS = [
  `ImportDeclaration[source.value=${relativeWithoutJs}]`,
  `ExportNamedDeclaration[source.value=${relativeWithoutJs}]`,
  `ExportAllDeclaration[source.value=${relativeWithoutJs}]`,
  `ImportExpression[source.value=${relativeWithoutJs}]`,
];
const METADATA_WRITERS = ['defineMetadata', 'deleteMetadata', 'metadata', 'decorate'];
const METADATA_READERS = [
  'getMetadata',
  'getOwnMetadata',
  'hasMetadata',
  'hasOwnMetadata',
  'getMetadataKeys',
  'getOwnMetadataKeys',
];
const TIMERS = ['setTimeout', 'setInterval', 'setImmediate', 'performance'];

// One `no-restricted-*` entry replaces another, so every block below says all that holds for its files.
const js = {
  selector: IMPORTS_WITHOUT_JS.join(','),
  message: 'A relative import names its file: end it in .js.',
};
const LIBRARY_SYNTAX = [
  js,
  { selector: 'MetaProperty[meta.name="import"]', message: 'The library is compiled to CommonJS too.' },
  {
    selector:
      'ThrowStatement > NewExpression[callee.name="Error"], ThrowStatement > CallExpression[callee.name="Error"], ' +
      'CallExpression[callee.object.name="Promise"][callee.property.name="reject"] > NewExpression[callee.name="Error"]',
    message: 'Throw an error class of its own: one per remedy, ids as fields.',
  },
];
const CLOCK_SYNTAX = [
  {
    selector: 'NewExpression[callee.name="Date"][arguments.length=0], CallExpression[callee.name="Date"]',
    message: 'Time comes from the store, or from Runtime.',
  },
];
const TIMER_GLOBALS = TIMERS.map((name) => ({ name, message: 'Ask the Runtime of the AdapterHost.' }));
/** Clocks and timers under the names of their modules. */
const TIMER_IMPORTS = {
  paths: ['node:timers', 'node:timers/promises', 'node:perf_hooks'].map((name) => ({
    name,
    message: 'Ask the Runtime of the AdapterHost.',
  })),
};
const COMMONJS_GLOBALS = ['require', 'module', 'exports', '__dirname', '__filename'].map((name) => ({
  name,
  message: 'The source is an ES module.',
}));
const RUNTIME_GLOBALS = [...TIMERS, 'process', 'crypto'].map((name) => ({
  name,
  message: 'Ask the Runtime port: tests and the simulator replace it.',
}));
const PURE_GLOBALS = ['Date', 'queueMicrotask', 'fetch'].map((name) => ({
  name,
  message: 'This file decides and does nothing else.',
}));
const PROCESS_PROPERTIES = ['exit', 'exitCode', 'abort', 'kill', 'reallyExit'].map((property) => ({
  object: 'process',
  property,
  message: 'A library owns no process.',
}));
const CLOCK_PROPERTIES = [
  ['Date', 'now'],
  ['Math', 'random'],
  ['AbortSignal', 'timeout'],
].map(([object, property]) => ({ object, property, message: 'Ask the Runtime port.' }));
const metadata = (properties) =>
  properties.map((property) => ({
    object: 'Reflect',
    property,
    message: 'Decorators write metadata, the accessor reads it; nothing else touches it.',
  }));
const RANDOM_IMPORTS = {
  paths: [
    {
      name: 'node:crypto',
      importNames: ['randomUUID', 'randomBytes', 'randomInt', 'getRandomValues', 'webcrypto'],
      message: 'Ask the Runtime port.',
    },
  ],
};

const libraryRules = {
  'no-console': 'error',
  'no-restricted-syntax': ['error', ...LIBRARY_SYNTAX],
  'no-restricted-globals': ['error', ...COMMONJS_GLOBALS],
  'no-restricted-properties': [
    'error',
    ...PROCESS_PROPERTIES,
    ...metadata([...METADATA_WRITERS, ...METADATA_READERS]),
  ],
};
const coreRules = {
  'no-restricted-syntax': ['error', ...LIBRARY_SYNTAX, ...CLOCK_SYNTAX],
  'no-restricted-globals': ['error', ...COMMONJS_GLOBALS, ...RUNTIME_GLOBALS],
  'no-restricted-imports': ['error', RANDOM_IMPORTS],
};
const notProcess = ({ name }) => name !== 'process';
/** Metadata calls that are banned, and properties of `process` that are not. */
const coreProperties = (banned, allowed = []) => [
  'error',
  ...PROCESS_PROPERTIES.filter(({ property }) => !allowed.includes(property)),
  ...CLOCK_PROPERTIES,
  ...metadata(banned),
];

/** Flat config blocks; later ones replace the rules of earlier ones for their files. */
export const walls = [
  {
    files: ['libs/*/src/**/*.ts', 'apps/*/src/**/*.ts', 'test/**/*.ts'],
    plugins: { boundaries },
    settings: {
      'import/resolver': { typescript: { project: './tsconfig.json' } },
      'boundaries/legacy-templates': false,
      'boundaries/elements': [
        { type: 'core', pattern: 'libs/core/src', partialMatch: false, exclusive: true },
        { type: 'library', pattern: 'libs/*/src', capture: ['lib'], partialMatch: false },
        { type: 'application', pattern: 'apps/*/src', partialMatch: false },
      ],
      'boundaries/files': [
        { category: 'nest', pattern: NEST_FILES },
        { category: 'config', pattern: CONFIG_FILE },
        { category: 'node-runtime', pattern: NODE_RUNTIME },
        { category: 'probe-server', pattern: PROBE_SERVER },
        { category: 'pure', pattern: PURE_FILES },
        { category: 'spec', pattern: [...SPECS, 'test/**'] },
      ],
    },
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          checkAllOrigins: true,
          checkUnknownLocals: true,
          checkInternals: true,
          policies,
        },
      ],
      'no-restricted-syntax': ['error', js],
    },
  },
  { files: ['libs/*/src/**/*.ts'], ignores: SPECS, rules: libraryRules },
  {
    files: ADAPTERS.map((lib) => `libs/${lib}/src/**/*.ts`),
    ignores: SPECS,
    rules: {
      'no-restricted-syntax': ['error', ...LIBRARY_SYNTAX, ...CLOCK_SYNTAX],
      'no-restricted-globals': ['error', ...COMMONJS_GLOBALS, ...TIMER_GLOBALS],
      'no-restricted-imports': ['error', TIMER_IMPORTS],
      'no-restricted-properties': coreProperties([...METADATA_WRITERS, ...METADATA_READERS]),
    },
  },
  {
    files: ['libs/core/src/**/*.ts'],
    ignores: SPECS,
    rules: {
      ...coreRules,
      'no-restricted-properties': coreProperties([...METADATA_WRITERS, ...METADATA_READERS]),
    },
  },
  {
    files: ['libs/core/src/change/*.decorator.ts'],
    rules: { 'no-restricted-properties': coreProperties([]) },
  },
  {
    files: ['libs/core/src/change/change-metadata.accessor.ts'],
    rules: { 'no-restricted-properties': coreProperties(METADATA_WRITERS) },
  },
  {
    // Settings and the command line come from the environment; a shutdown from a signal, which is raised again afterwards;
    // an end from the process.
    files: [CONFIG_FILE, COMMAND_LINE_FILE, SIGNALS_FILE, EXIT_FILE],
    rules: { 'no-restricted-globals': ['error', ...COMMONJS_GLOBALS, ...RUNTIME_GLOBALS.filter(notProcess)] },
  },
  {
    // One listens for what nobody has handled, and leaves the rest to Node a turn later; the other is that turn.
    files: [UNHANDLED_FILE, TURN_FILE],
    rules: {
      'no-restricted-globals': [
        'error',
        ...COMMONJS_GLOBALS,
        ...RUNTIME_GLOBALS.filter(({ name }) => !['process', 'setImmediate'].includes(name)),
      ],
    },
  },
  {
    files: [SIGNALS_FILE],
    rules: {
      'no-restricted-properties': coreProperties([...METADATA_WRITERS, ...METADATA_READERS], ['kill']),
    },
  },
  {
    files: PURE_FILES,
    ignores: SPECS,
    rules: { 'no-restricted-globals': ['error', ...COMMONJS_GLOBALS, ...RUNTIME_GLOBALS, ...PURE_GLOBALS] },
  },
  {
    // The one place that asks the machine, and that ends a process which is there for the changes alone.
    files: [NODE_RUNTIME],
    rules: {
      ...libraryRules,
      'no-restricted-imports': 'off',
      'no-restricted-properties': [
        'error',
        ...PROCESS_PROPERTIES.filter(({ property }) => property !== 'exit'),
        ...metadata([...METADATA_WRITERS, ...METADATA_READERS]),
      ],
    },
  },
  {
    files: COMMAND_FILES,
    rules: {
      'no-restricted-properties': ['error', ...metadata([...METADATA_WRITERS, ...METADATA_READERS])],
    },
  },
];
