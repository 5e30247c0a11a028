export type { BillChange, BillKey } from './bill/bill-book.ts';
export type { BilledRefundState, BillRow, BillRowToAdd } from './bill/bill-row.ts';
export { type SyntheticRows, toSyntheticRow } from './bill/synthetic-rows.ts';
export * from './clock.ts';
export { loadSimulatorConfig, type SimulatorConfig } from './config.ts';
export * from './control-refusal.ts';
export type { EventReceipt } from './delivery/event-receipt.ts';
export type {
  Announcement,
  Attempt,
  Channel,
  Deliveries,
  Judgement,
  Notification,
} from './delivery/notification.ts';
export {
  postMessage,
  type Receipt,
  type WireHeaders,
  type WireMessage,
} from './delivery/post-message.ts';
export * from './delivery/resend-schedules.ts';
export * from './events/event-spec.ts';
export {
  createRefundId,
  createSubject,
  createTransactionId,
  type EventSubject,
} from './events/event-subject.ts';
export { allEvents, type FoundEvent, findEvent } from './events/find-event.ts';
export { payEvents } from './events/pay-events.ts';
export { pushEvents } from './events/push-events.ts';
export { v2Events } from './events/v2-events.ts';
export { type FaultKind, type FaultMoment, faultKinds, faultMoments } from './fault-decks.ts';
export {
  type ApiFault,
  type ApiName,
  apiNames,
  type FaultCounts,
  type FaultSettings,
  type Faults,
} from './faults.ts';
export * from './ledger-view.ts';
export type { PhoneNumberDetail, SealedUserData, UserChange, UserInfo } from './mini-program/client-user.ts';
export type { Buyer, PopupAnswer } from './mini-program/consents.ts';
export type { GrantKey } from './mini-program/message-book.ts';
export type { TradeActions, TradeManagement, TradeNumber } from './mini-program/trades/trade-actions.ts';
export {
  type AppTradeView,
  type OrderState,
  orderStates,
  type TradeView,
} from './mini-program/trades/trade-state.ts';
export type { UserActions } from './mini-program/user-actions.ts';
export * from './pay/build-signed-notification.ts';
export * from './pay/encrypt-resource.ts';
export type { MerchantMoneyView, MoneyView, OrderMoneyView, RefundedView } from './pay/money-view.ts';
export type { CombinedPayment, DirectPayment } from './pay/pay-directly.ts';
export type { RequestPayment } from './pay/pay-order.ts';
export * from './pay/platform-certificate.ts';
export type {
  Certificate,
  PlatformMode,
  PublicKey,
  PublishedKeys,
  SerialSpelling,
  SigningKey,
} from './pay/platform-keys.ts';
export type { Refund, RefundState } from './pay/refund-book.ts';
export type { EventToSend } from './pay/send-event.ts';
export type { Payment } from './pay/settle-payment.ts';
export type { ConsoleRefund, RefundCourse } from './pay/settle-refund.ts';
export { probePrefix } from './pay/sign-message.ts';
export { type Tamper, tamperNames } from './pay/tamper.ts';
export { makeTransaction, type TransactionToMake } from './pay/transaction.ts';
export { toBeijingDay } from './pay/wire-time.ts';
export * from './pay-v2/build-v2-callback.ts';
export * from './pay-v2/encrypt-req-info.ts';
export type { V2ToSend } from './pay-v2/send-v2.ts';
export * from './pay-v2/sign-fields.ts';
export { isV2TamperOf, type V2Tamper, v2TamperNames } from './pay-v2/v2-tamper.ts';
export * from './push/build-push.ts';
export type { AddressCheck } from './push/check-push-address.ts';
export * from './push/encrypt-message.ts';
export { type ListShape, listShapes, type PushFormat, toPushContent } from './push/push-content.ts';
export { type PushTamper, pushTamperNames, toNeedOf } from './push/push-tamper.ts';
export { type PushToSend, toOriginalId } from './push/send-push.ts';
export * from './push/sign-push.ts';
export type { PushOptions } from './push/to-push-announcement.ts';
export * from './settings.ts';
export * from './simulator.ts';
export * from './simulator-file.ts';
export { serviceName, start } from './start.ts';
export { compactStyle, type JsonObject, type JsonStyle, type JsonValue } from './write-json.ts';
export { compactXmlStyle, writeXml, type XmlStyle } from './write-xml.ts';
