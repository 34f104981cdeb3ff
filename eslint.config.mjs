import eslint from '@eslint/js';
import prettier from 'eslint-config-prettier/flat';
import tseslint from 'typescript-eslint';
import { walls } from './tools/eslint/walls.mjs';

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/coverage/**',
      '**/.tmp/**',
      'apps/demo/var/**',
      'test/tooling/consumers/overlay/**',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      // The one project that holds specs too; those of the libraries leave them out of the build.
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // `const { hash, ...rest } = entry` is how a property is left out.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      // A Nest module is a class with nothing in it.
      '@typescript-eslint/no-extraneous-class': [
        'error',
        { allowWithDecorator: true, allowStaticOnly: true },
      ],
      // Nest and TypeORM describe plain objects by classes.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // An async method without await still turns what it throws into a rejection, as ports promise.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    // The pages of the dashboard run in browsers, and have a project of their own.
    files: ['libs/dashboard/client/**/*.{ts,tsx}'],
    languageOptions: {
      parserOptions: {
        project: './libs/dashboard/client/tsconfig.json',
        tsconfigRootDir: import.meta.dirname,
      },
    },
  },
  {
    files: ['**/*.spec.ts', '**/fixtures/**/*.ts', 'test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
      // Fixtures: change classes without members, methods that do nothing.
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      // expect.any() and its like are `any`.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  {
    files: ['libs/*/src/**/*.ts', 'libs/dashboard/client/src/**/*.{ts,tsx}'],
    ignores: ['**/*.spec.ts', '**/fixtures/**'],
    rules: { 'max-lines': ['error', 250] },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: Object.fromEntries(
        ['Buffer', 'URL', 'console', 'fetch', 'process', 'require', 'setTimeout'].map((name) => [
          name,
          'readonly',
        ]),
      ),
    },
  },
  ...walls,
  prettier,
);
