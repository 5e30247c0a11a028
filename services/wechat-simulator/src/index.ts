export * from './clock.ts';
export { loadSimulatorConfig, type SimulatorConfig } from './config.ts';
export * from './control-refusal.ts';
export { type ApiFault, type ApiName, apiNames, type FaultSettings, type Faults } from './faults.ts';
export * from './ledger-view.ts';
export * from './pay/build-signed-notification.ts';
export * from './pay/encrypt-resource.ts';
export type { Announcement, Attempt, Deliveries, Notification } from './pay/notification.ts';
export type { DirectPayment, Payment, RequestPayment } from './pay/pay-order.ts';
export * from './pay/platform-certificate.ts';
export type {
  Certificate,
  PlatformMode,
  PublicKey,
  PublishedKeys,
  SerialSpelling,
  SigningKey,
} from './pay/platform-keys.ts';
export * from './pay/post-notification.ts';
export * from './pay/resend-schedule.ts';
export { probePrefix, type WireHeaders } from './pay/sign-message.ts';
export { type Tamper, tamperNames } from './pay/tamper.ts';
export { createTransactionId, makeTransaction, type TransactionToMake } from './pay/transaction.ts';
export * from './settings.ts';
export * from './simulator.ts';
export * from './simulator-file.ts';
export { serviceName, start } from './start.ts';
export { compactStyle, type JsonStyle, type JsonValue } from './write-json.ts';
