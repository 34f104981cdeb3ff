import type { ClassDeclaration } from 'typescript';
import type { Sources } from '../source/sources.js';
import { classAround } from '../source/syntax.js';
import type { StageList } from '../survey/stage-list.js';
import type { Survey } from '../survey/survey.js';

/** A module that a test imports. */
export interface TestedModule {
  readonly className: string;
  readonly file: string;
  readonly isDefault: boolean;
}

/**
 * The application's root module, which has everything; where several applications may have the stage, or none is
 * found, the modules that have Flamingock and the stage.
 */
export function testedModules({ compiler }: Sources, survey: Survey, stage: StageList): TestedModule[] {
  const { applications, projects, roots } = survey;
  const home = projects.find(({ root }) => stage.file.startsWith(`${root}/`));
  const near = applications.filter(
    (one) => home?.isLibrary === false && one.getSourceFile().fileName.startsWith(`${home.root}/`),
  );
  const [application, ...others] = near.length > 0 ? near : applications;
  const modules =
    application !== undefined && others.length === 0
      ? [application]
      : [...roots.slice(0, 1), stage.call].flatMap((call) => classAround(compiler, call) ?? []);
  return [...new Set(modules)].flatMap((declaration) => moduleOf(declaration) ?? []);
}

function moduleOf(declaration: ClassDeclaration): TestedModule | undefined {
  const className = declaration.name?.text;
  const words = declaration.modifiers?.map((modifier) => modifier.getText()) ?? [];
  if (className === undefined || !words.includes('export')) return undefined;
  return { className, file: declaration.getSourceFile().fileName, isDefault: words.includes('default') };
}
