import { sleep } from '@nestjs-flamingock/core/adapter';
import type { SearchLink } from '../client/search-link.js';
import { OpenSearchUnreachableError, ReindexFailedError } from '../opensearch.errors.js';
import type { ReindexOptions, ReindexResult } from './search-indices.js';

/** Pause between two looks at a task in milliseconds, at first and at most. */
const PAUSE_MS = { first: 25, most: 1_000 };
/** In between it is this part of the time that has passed, so that the end is noticed late by no more. */
const PAUSE_PART = 1 / 50;

/** How far a task has come. Absent numbers: its parts have not all begun. */
interface TaskStatus {
  readonly total?: number;
  readonly created?: number;
  readonly version_conflicts?: number;
}

interface TaskFailure {
  readonly status?: number;
  readonly cause?: { readonly type?: string; readonly reason?: string };
  readonly reason?: { readonly type?: string; readonly reason?: string };
}

/** What a task ended by. No failed shards: none of them has answered. */
interface TaskError {
  readonly type?: string;
  readonly reason?: string;
  readonly failed_shards?: readonly unknown[];
}

interface TaskAnswer {
  readonly completed: boolean;
  readonly task: { readonly status?: TaskStatus };
  readonly error?: TaskError;
  readonly response?: TaskStatus & {
    readonly failures?: readonly TaskFailure[];
    readonly canceled?: string;
  };
}

/** Documents are copied by a task on the server, which is looked at until it has ended. */
export class Reindex {
  constructor(
    private readonly changeId: string,
    private readonly link: SearchLink,
    private readonly source: string,
    /** On the new index alone. By it the task is known, too. */
    private readonly alias: string,
    private readonly options: ReindexOptions,
  ) {}

  async run(): Promise<ReindexResult> {
    // What was just written is not found by the search that copies: it would answer 200, and total 0.
    await this.link.ask({ method: 'POST', path: `/${encodeURIComponent(this.source)}/_refresh` });
    for (let isAgain = false; ; isAgain = true) {
      const answer = await this.ended(await this.begin(isAgain));
      if (answer) return this.result(answer, isAgain);
      // Documents that a script gave one id would be taken for those that were copied before.
      if (this.options.script) throw this.failed('its task was lost when its node was started again', true);
    }
  }

  /** @param isAgain what is there already is left as it is */
  private async begin(isAgain: boolean): Promise<string> {
    if (isAgain) await this.awaitShards();
    const { query, script, fields, pipeline, slices = 'auto', batchSize, requestsPerSecond } = this.options;
    const body = {
      ...(isAgain && { conflicts: 'proceed' }),
      source: { index: this.source, query, size: batchSize, _source: fields },
      dest: { index: this.alias, op_type: 'create', pipeline },
      script,
    };
    const querystring = {
      ...{ wait_for_completion: false, require_alias: true, refresh: true, slices },
      requests_per_second: requestsPerSecond,
    };
    const request = { method: 'POST', path: '/_reindex', querystring, body };
    const { body: begun } = await this.link.ask<{ task: string }>(request, { opaqueId: this.alias });
    return begun.task;
  }

  /** A node that was just started answers before its shards do. */
  private async awaitShards(): Promise<void> {
    const path = `/_cluster/health/${encodeURIComponent(this.source)},${this.alias}`;
    const querystring = { wait_for_status: 'yellow' };
    await this.link.ask({ method: 'GET', path, querystring }, { accept: [408] });
  }

  /** The answer of a task that has ended; undefined where nobody knows of it any more. */
  private async ended(task: string): Promise<TaskAnswer | undefined> {
    const { context } = this.options;
    const { runtime } = this.link.host;
    const begunMs = runtime.monotonicMs();
    for (;;) {
      context?.signal.throwIfAborted();
      const answer = await this.look(task);
      if (answer === undefined || answer.completed) return answer;
      const { total, created = 0, version_conflicts: conflicts = 0 } = answer.task.status ?? {};
      context?.progress(created + conflicts, total, `reindex of ${this.source}`);
      await sleep(runtime, pauseMs(runtime.monotonicMs() - begunMs), context?.signal);
    }
  }

  /** Looks at a task, for as long as an answer may take where the server is away for a moment. */
  private async look(task: string): Promise<TaskAnswer | undefined> {
    const { runtime, limits } = this.link.host;
    const deadline = runtime.monotonicMs() + limits.answerMs;
    const request = { method: 'GET', path: `/_tasks/${encodeURIComponent(task)}` };
    for (;;) {
      try {
        const { status, body } = await this.link.ask<TaskAnswer>(request, { accept: [404] });
        return status === 404 ? undefined : body;
      } catch (error) {
        if (!(error instanceof OpenSearchUnreachableError) || runtime.monotonicMs() >= deadline) throw error;
      }
      await sleep(runtime, PAUSE_MS.most, this.options.context?.signal);
    }
  }

  private result({ response, error }: TaskAnswer, isAgain: boolean): ReindexResult {
    if (error) {
      const isUnanswered = error.type === 'search_phase_execution_exception' && !error.failed_shards?.length;
      throw this.failed(`${error.type ?? ''}: ${error.reason ?? ''}`, isUnanswered);
    }
    const { failures = [], canceled, total = 0, created = 0, version_conflicts: before = 0 } = response ?? {};
    const [first] = failures;
    if (first) throw this.failed(describe(first, failures.length), failures.every(passes));
    if (canceled !== undefined) throw this.failed(`its task was cancelled ${canceled}`, false);
    const copied = isAgain ? created + before : created;
    this.options.context?.progress(copied, total, `reindex of ${this.source}`);
    return { total, created: copied };
  }

  private failed(detail: string, isTransient: boolean): ReindexFailedError {
    return new ReindexFailedError(this.changeId, this.source, detail, isTransient);
  }
}

function pauseMs(passedMs: number): number {
  return Math.min(Math.max(PAUSE_MS.first, passedMs * PAUSE_PART), PAUSE_MS.most);
}

function describe({ status, cause, reason }: TaskFailure, count: number): string {
  const { type, reason: text } = cause ?? reason ?? {};
  return `${status ?? ''} ${type ?? ''}: ${text ?? ''}${count > 1 ? `, and ${count - 1} more` : ''}`.trim();
}

function passes({ status }: TaskFailure): boolean {
  return status === 429 || status === 503;
}
