export { FlamingockAlertsModule, type FlamingockAlertsAsyncOptions } from './flamingock-alerts.module.js';
export type { FlamingockAlertsOptions } from './alerts-options.js';
export { AlertNotDeliveredError, InvalidAlertOptionsError } from './alerts.errors.js';
export type { CheckedChannel } from './checked-channel.js';
export { webhookChannel, type AlertEventData, type WebhookChannelOptions } from './webhook.channel.js';
export { slackChannel, type ChatChannelOptions } from './slack.channel.js';
export { teamsChannel } from './teams.channel.js';
export { smtpChannel, type Mail, type MailTransport, type SmtpChannelOptions } from './smtp.channel.js';
