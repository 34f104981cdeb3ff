export { FlamingockDashboardModule } from './flamingock-dashboard.module.js';
export type {
  DashboardAccess,
  DashboardRequest,
  DashboardRoutes,
  FlamingockDashboardAsyncOptions,
  FlamingockDashboardOptions,
} from './options/dashboard-options.js';
export type { DashboardAction, DashboardSubject } from './api/actions.js';
export { DashboardFilesError, InvalidDashboardOptionsError } from './options/dashboard.errors.js';
export {
  RequestRefusedError,
  InvalidBodyError,
  CrossSiteError,
  CsrfTokenError,
  ActionForbiddenError,
  ReadOnlyDashboardError,
  NoSuchRouteError,
  RequestTooLargeError,
  NoRoomForEventsError,
} from './options/request.errors.js';
export { dashboardLinks } from './links.js';
