export { FlamingockDashboardModule } from './flamingock-dashboard.module.js';
export type {
  DashboardAccess,
  DashboardRequest,
  DashboardRoutes,
  FlamingockDashboardAsyncOptions,
  FlamingockDashboardOptions,
} from './options/dashboard-options.js';
export type { DashboardAction, DashboardSubject } from './api/actions.js';
export {
  DashboardFilesError,
  InvalidDashboardOptionsError,
  RequestRefusedError,
} from './options/dashboard.errors.js';
export { dashboardLinks } from './links.js';
