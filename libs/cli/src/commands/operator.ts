import { userInfo } from 'node:os';
import type { Actor, ActorKind, OperationContext, ReasonedContext } from '@nestjs-flamingock/core';
import { ACTOR_VARIABLE } from '@nestjs-flamingock/core/adapter';
import { UsageError } from '../cli.errors.js';
import type { Output } from '../output/output.js';

/** Options of every command that writes on behalf of an operator. */
export interface OperatorOptions {
  readonly by?: string;
  readonly reason?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const KINDS: readonly ActorKind[] = ['human', 'ci', 'agent', 'service'];

/** Variables by which systems say that a process is part of a pipeline. */
const PIPELINES = ['CI', 'JENKINS_URL', 'TF_BUILD', 'TEAMCITY_VERSION', 'CODEBUILD_BUILD_ID'] as const;

/** Whom a pipeline runs for, as the systems name it. */
const STARTED_BY = [
  'GITHUB_ACTOR',
  'GITLAB_USER_LOGIN',
  'BUILD_USER_ID',
  'BUILD_REQUESTEDFOREMAIL',
  'CIRCLE_USERNAME',
  'BUILDKITE_BUILD_CREATOR',
  'BITBUCKET_STEP_TRIGGERER_UUID',
  'DRONE_BUILD_TRIGGER',
  'CODEBUILD_INITIATOR',
] as const;

/**
 * The actor and the reason. In a pipeline the actor is no human, whatever `--by` says.
 *
 * @throws UsageError for a kind of actor that there is not.
 */
export function contextOf(options: OperatorOptions, out: Output): OperationContext {
  return { actor: operatorActor(options, out), reason: options.reason };
}

/** @throws UsageError for a kind of actor that there is not. */
export function operatorActor({ by }: OperatorOptions, { terminal }: Output): Actor {
  return actorOf(by, terminal.environment);
}

/** The same for what nobody may do without a reason; an empty one is refused. */
export function reasonedContextOf(options: OperatorOptions, out: Output): ReasonedContext {
  return { ...contextOf(options, out), reason: options.reason ?? '' };
}

/**
 * What is missing where nobody says why.
 *
 * @param command What to type, with a reason.
 */
export function reasonFaults({ reason }: OperatorOptions, command: string): string[] {
  return text(reason) === undefined ? [`Say why; it is recorded: ${command}`] : [];
}

function actorOf(by: string | undefined, environment: Environment): Actor {
  const isPipeline = PIPELINES.some((name) => isSet(environment[name]));
  const said = by ?? text(environment[ACTOR_VARIABLE]);
  const { kind, name } = said === undefined ? { kind: undefined, name: undefined } : spelled(said);
  const startedBy = STARTED_BY.map((variable) => text(environment[variable])).find(
    (value) => value !== undefined,
  );
  const isHuman = kind === undefined || kind === 'human';
  return {
    kind: isPipeline && isHuman ? 'ci' : (kind ?? 'human'),
    name: name ?? (isPipeline ? startedBy : undefined) ?? userName(),
    via: 'cli',
  };
}

/** `agent:reviewer`, or a name alone. A name may have a colon: only what can be a kind is read as one. */
function spelled(said: string): { readonly kind: ActorKind | undefined; readonly name: string } {
  const [prefix = '', ...rest] = said.split(':');
  const kind = KINDS.find((one) => one === prefix);
  if (kind === undefined) return { kind, name: said };
  const name = rest.join(':').trim();
  if (name === '') throw new UsageError(`"${said}" names no actor: write ${prefix}:<name>.`);
  return { kind, name };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== 'false' && value !== '0';
}

function text(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return `uid ${String(process.getuid?.() ?? 'unknown')}`;
  }
}
