import { FlamingockError } from '@nestjs-flamingock/core';

/** A request was refused before anything was read or recorded. */
export abstract class RequestRefusedError extends FlamingockError {
  /** HTTP status of the answer. */
  abstract readonly status: 400 | 403 | 404 | 413 | 503;
}

/** The body of an action is no object in JSON. */
export class InvalidBodyError extends RequestRefusedError {
  readonly code: string = 'FLAMINGOCK_DASHBOARD_REQUEST';
  readonly status = 400;
}

/** An action does not come from the page of the dashboard. */
export class CrossSiteError extends RequestRefusedError {
  readonly code: string = 'FLAMINGOCK_DASHBOARD_CROSS_SITE';
  readonly status = 403;
}

/** The token of an action does not belong to its browser and actor. */
export class CsrfTokenError extends RequestRefusedError {
  readonly code: string = 'FLAMINGOCK_DASHBOARD_CSRF';
  readonly status = 403;
}

/** The actor may not do that. */
export class ActionForbiddenError extends RequestRefusedError {
  readonly code: string = 'FLAMINGOCK_DASHBOARD_FORBIDDEN';
  readonly status = 403;
}

/** Nobody, or not this one, can do anything here. */
export class ReadOnlyDashboardError extends RequestRefusedError {
  readonly code: string = 'FLAMINGOCK_DASHBOARD_READ_ONLY';
  readonly status = 403;
}

/** There is no such file, or no such action. */
export class NoSuchRouteError extends RequestRefusedError {
  readonly code: string = 'FLAMINGOCK_DASHBOARD_NOT_FOUND';
  readonly status = 404;
}

/** A query or a body is longer than any that makes sense. */
export class RequestTooLargeError extends RequestRefusedError {
  readonly code: string = 'FLAMINGOCK_DASHBOARD_TOO_LARGE';
  readonly status = 413;
}

/** As many pages get events as there is room for, or the application ends. */
export class NoRoomForEventsError extends RequestRefusedError {
  readonly code: string = 'FLAMINGOCK_DASHBOARD_BUSY';
  readonly status = 503;
}
