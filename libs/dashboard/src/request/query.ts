import { InvalidRequestError } from '@nestjs-flamingock/core';
import { RequestTooLargeError } from '../options/request.errors.js';
import type { PlatformRequest } from './exchange.js';

/** Longest query, in characters as they were sent. */
const MOST = 4_096;

/** The query of a request, read in one way on every platform. */
export class Query {
  private readonly parameters: URLSearchParams;

  /** @throws RequestRefusedError where it is too long. */
  constructor({ originalUrl, url }: PlatformRequest) {
    const whole = originalUrl ?? url;
    const at = whole.indexOf('?');
    const query = at < 0 ? '' : whole.slice(at + 1);
    if (query.length > MOST) throw new RequestTooLargeError(`The query has more than ${MOST} characters.`);
    this.parameters = new URLSearchParams(query);
  }

  /** True where it is named, with whatever value. */
  has(name: string): boolean {
    return this.parameters.has(name);
  }

  /** @throws InvalidRequestError where it is there more than once. */
  text(name: string): string | undefined {
    const [first, ...others] = this.parameters.getAll(name);
    if (others.length > 0) throw fault(name, 'must be given once');
    return first === '' ? undefined : first;
  }

  /** @throws InvalidRequestError where it is missing. */
  needed(name: string): string {
    const text = this.text(name);
    if (text === undefined) throw fault(name, 'must be given');
    return text;
  }

  /** @throws InvalidRequestError for what is no whole number. */
  number(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (!/^\d{1,16}$/.test(text)) throw fault(name, `must be a whole number, not ${JSON.stringify(text)}`);
    return Number(text);
  }

  /** All of that name that are one of `known`. @throws InvalidRequestError for any other. */
  oneOf<T extends string>(name: string, known: readonly T[]): T[] {
    return this.parameters
      .getAll(name)
      .filter(Boolean)
      .map((text) => {
        const found = known.find((one) => one === text);
        if (found === undefined)
          throw fault(name, `must be one of ${known.join(', ')}, not ${JSON.stringify(text)}`);
        return found;
      });
  }
}

function fault(field: string, problem: string): InvalidRequestError {
  return new InvalidRequestError([{ field, problem }]);
}
