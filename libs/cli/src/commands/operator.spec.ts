import { PassThrough } from 'node:stream';
import { userInfo } from 'node:os';
import { Output } from '../output/output.js';
import { UsageError } from '../cli.errors.js';
import { contextOf } from './operator.js';

const context = (environment: Record<string, string>, by?: string) =>
  contextOf(
    { ...(by !== undefined && { by }), reason: 'because' },
    new Output(
      {
        input: new PassThrough(),
        output: new PassThrough(),
        messages: new PassThrough(),
        environment,
        directory: '.',
      },
      false,
    ),
  );
const me = userInfo().username;

describe('whom the command writes for', () => {
  it.each([
    ['the user of the process', {}, undefined, { kind: 'human', name: me }],
    ['--by', {}, 'ann', { kind: 'human', name: 'ann' }],
    ['--by before the variable', { FLAMINGOCK_ACTOR: 'bob' }, 'ann', { kind: 'human', name: 'ann' }],
    ['FLAMINGOCK_ACTOR', { FLAMINGOCK_ACTOR: 'bob' }, undefined, { kind: 'human', name: 'bob' }],
    [
      'an agent that says so',
      { FLAMINGOCK_ACTOR: 'agent:helper' },
      undefined,
      { kind: 'agent', name: 'helper' },
    ],
    ['a service', {}, 'service:cron', { kind: 'service', name: 'cron' }],
    ['a name with a colon', {}, 'team:billing', { kind: 'human', name: 'team:billing' }],
    ['GitHub', { CI: 'true', GITHUB_ACTOR: 'octo' }, undefined, { kind: 'ci', name: 'octo' }],
    ['GitLab', { CI: 'true', GITLAB_USER_LOGIN: 'lab' }, undefined, { kind: 'ci', name: 'lab' }],
    ['Jenkins', { JENKINS_URL: 'http://ci', BUILD_USER_ID: 'jen' }, undefined, { kind: 'ci', name: 'jen' }],
    ['a pipeline of another kind', { CI: '1' }, undefined, { kind: 'ci', name: me }],
    ['no human in a pipeline, whatever is said', { CI: 'true' }, 'human:ann', { kind: 'ci', name: 'ann' }],
    ['an agent in a pipeline', { CI: 'true' }, 'agent:helper', { kind: 'agent', name: 'helper' }],
    [
      'no pipeline where CI is off',
      { CI: 'false', GITHUB_ACTOR: 'octo' },
      undefined,
      { kind: 'human', name: me },
    ],
  ])('is %s', (_, environment, by, actor) => {
    expect(context(environment as unknown as Record<string, string>, by)).toEqual({
      actor: { ...actor, via: 'cli' },
      reason: 'because',
    });
  });

  it('has a name', () => {
    expect(() => context({}, 'agent:')).toThrow(UsageError);
  });
});
