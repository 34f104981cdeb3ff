import { posix } from 'node:path';
import type { ClassDeclaration, Expression, ModifierLike, SourceFile, VariableDeclaration } from 'typescript';
import type { ProjectFiles } from '../project/project-files.js';
import type { Compiler } from './compiler.js';
import { importsOf } from './imports.js';

/** What a name can stand for. */
export type Declared = ClassDeclaration | VariableDeclaration;

const TOO_FAR = 10;

/** The sources of a project, each parsed once. */
export class Sources {
  private readonly parsed = new Map<string, SourceFile | undefined>();
  private aliases: readonly (readonly [string, string])[] | undefined;

  constructor(
    readonly files: ProjectFiles,
    readonly compiler: Compiler,
  ) {}

  /** A file of the project. */
  parse(path: string): SourceFile | undefined {
    if (!this.parsed.has(path)) {
      const text = this.files.read(path);
      const { createSourceFile, ScriptTarget } = this.compiler;
      this.parsed.set(
        path,
        text === undefined ? text : createSourceFile(path, text, ScriptTarget.Latest, true),
      );
    }
    return this.parsed.get(path);
  }

  /** The text that an expression has, where that is written in the sources. */
  textOf(expression: Expression | undefined): string | undefined {
    const { isStringLiteralLike, isIdentifier, isAsExpression, isVariableDeclaration } = this.compiler;
    if (expression === undefined) return undefined;
    if (isStringLiteralLike(expression)) return expression.text;
    if (isAsExpression(expression)) return this.textOf(expression.expression);
    if (!isIdentifier(expression)) return undefined;
    const declared = this.declarationOf(expression.text, expression.getSourceFile());
    return declared && isVariableDeclaration(declared) ? this.textOf(declared.initializer) : undefined;
  }

  /** The class or constant that a name of a file stands for, in whichever file of the project it is. */
  declarationOf(name: string, file: SourceFile, distance = 0): Declared | undefined {
    if (distance > TOO_FAR) return undefined;
    return this.declaredIn(name, file) ?? this.importedBy(name, file, distance);
  }

  private declaredIn(name: string, file: SourceFile): Declared | undefined {
    const { isClassDeclaration, isVariableStatement } = this.compiler;
    for (const statement of file.statements) {
      if (isClassDeclaration(statement) && statement.name?.text === name) return statement;
      if (!isVariableStatement(statement)) continue;
      const found = statement.declarationList.declarations.find((one) => one.name.getText(file) === name);
      if (found) return found;
    }
    return undefined;
  }

  private importedBy(name: string, file: SourceFile, distance: number): Declared | undefined {
    for (const { specifier, imported } of this.sourcesOf(name, file)) {
      const target = this.resolve(specifier, file.fileName);
      const found = target && this.exportedBy(imported, target, distance + 1);
      if (found) return found;
    }
    return undefined;
  }

  private exportedBy(name: string, file: SourceFile, distance: number): Declared | undefined {
    return name === 'default' ? this.defaultOf(file, distance) : this.declarationOf(name, file, distance);
  }

  private defaultOf(file: SourceFile, distance: number): Declared | undefined {
    const { isClassDeclaration, isExportAssignment, isIdentifier, SyntaxKind } = this.compiler;
    for (const statement of file.statements) {
      const isDefault = ({ kind }: ModifierLike): boolean => kind === SyntaxKind.DefaultKeyword;
      if (isClassDeclaration(statement) && statement.modifiers?.some(isDefault) === true) return statement;
      if (isExportAssignment(statement) && isIdentifier(statement.expression))
        return this.declarationOf(statement.expression.text, file, distance);
    }
    return undefined;
  }

  /** Where a file may have a name from: its imports, and what it passes on. */
  private sourcesOf(name: string, file: SourceFile): { specifier: string; imported: string }[] {
    const { isExportDeclaration, isNamedExports } = this.compiler;
    const imported = importsOf(this.compiler, file).flatMap((one) => {
      const found = this.importedAs(name, one.importClause);
      return found === undefined ? [] : [{ specifier: literal(one.moduleSpecifier), imported: found }];
    });
    const passedOn = file.statements
      .filter(isExportDeclaration)
      .flatMap(({ exportClause, moduleSpecifier }) => {
        if (moduleSpecifier === undefined) return [];
        const specifier = literal(moduleSpecifier);
        if (exportClause === undefined) return [{ specifier, imported: name }];
        if (!isNamedExports(exportClause)) return [];
        const found = exportClause.elements.find((one) => one.name.text === name);
        return found ? [{ specifier, imported: (found.propertyName ?? found.name).text }] : [];
      });
    return [...imported, ...passedOn];
  }

  private importedAs(
    name: string,
    clause: ReturnType<typeof importsOf>[number]['importClause'],
  ): string | undefined {
    if (clause?.name?.text === name) return 'default';
    const bindings = clause?.namedBindings;
    if (!bindings || !this.compiler.isNamedImports(bindings)) return undefined;
    const found = bindings.elements.find((one) => one.name.text === name);
    return found && (found.propertyName ?? found.name).text;
  }

  /** The file that an import names; `undefined` for packages. */
  private resolve(specifier: string, from: string): SourceFile | undefined {
    const paths = specifier.startsWith('.')
      ? [posix.join(posix.dirname(from), specifier)]
      : this.aliased(specifier);
    const candidates = paths.flatMap((path) => [`${path.replace(/\.(js|ts)$/, '')}.ts`, `${path}/index.ts`]);
    return candidates.map((path) => this.parse(path)).find((file) => file !== undefined);
  }

  /** What `paths` of the project's tsconfig.json make of it, as in monorepos. */
  private aliased(specifier: string): string[] {
    this.aliases ??= this.readAliases();
    return this.aliases.flatMap(([alias, path]) => {
      if (!alias.endsWith('*')) return alias === specifier ? [path] : [];
      const begin = alias.slice(0, -1);
      return specifier.startsWith(begin) ? [path.replace('*', specifier.slice(begin.length))] : [];
    });
  }

  private readAliases(): (readonly [string, string])[] {
    const text = this.files.read('tsconfig.json') ?? '{}';
    const { config } = this.compiler.parseConfigFileTextToJson('tsconfig.json', text) as {
      config?: { compilerOptions?: { paths?: Record<string, string[]>; baseUrl?: string } };
    };
    const { paths = {}, baseUrl = '.' } = config?.compilerOptions ?? {};
    return Object.entries(paths).flatMap(([alias, targets]) =>
      targets.map((target) => [alias, posix.join(baseUrl, target)] as const),
    );
  }
}

function literal(expression: Expression): string {
  return (expression as { text?: string }).text ?? '';
}
