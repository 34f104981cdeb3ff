/** What a failed request means, and what to do about it. */
export interface Explanation {
  readonly title: string;
  readonly advice: string;
}

/** @param status of HTTP; 0: there was no answer. */
export function explain(status: number): Explanation {
  switch (status) {
    case 0:
      return {
        title: 'The application does not answer',
        advice: 'It may be restarting, or the network is away. This page tries again by itself.',
      };
    case 401:
      return {
        title: 'You are not signed in',
        advice: 'Sign in to the application, then load this page again.',
      };
    case 403:
      return {
        title: 'You may not see this',
        advice: 'The application knows you, and does not let you. Ask those who look after its guards.',
      };
    case 404:
      return {
        title: 'There is no such thing',
        advice: 'It may have been called otherwise, or be of another service.',
      };
    case 409:
      return {
        title: 'It is not as it was any more',
        advice: 'Somebody, or a run, was faster. Look at what is there now.',
      };
    case 429:
      return { title: 'Too many requests', advice: 'Wait a moment, then try again.' };
    case 502:
    case 503:
    case 504:
      return {
        title: 'The audit store cannot be asked now',
        advice:
          'The application is there, and what keeps its history is not, or is busy. This page tries again by itself.',
      };
    default:
      return status >= 500
        ? { title: 'The application has failed to answer', advice: 'Its log says why.' }
        : { title: 'The request was refused', advice: 'What it says below is what is wrong with it.' };
  }
}

/** True where the same request may succeed later, without anybody doing anything. */
export function mayPass(status: number): boolean {
  return status === 0 || status === 429 || status >= 500;
}
