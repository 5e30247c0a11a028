export type { AcceptOptions } from './accept-order.ts';
export { addEffectJobs, type EffectJob, toEffectJob } from './add-effect-jobs.ts';
export type { AddedShipment } from './add-shipment.ts';
export type { ApiKeyFacts, ApiKeyStore, AuthenticatedKey } from './api-key-store.ts';
export { type BegunRefund, toRefundTurn } from './begin-refund.ts';
export * from './bill-day.ts';
export type { BillDayStore } from './bill-day-store.ts';
export type { BillOrderStore, OrderWalk } from './bill-orders.ts';
export type { CallbackRecord, CallbackStore, LedgerEntry } from './callback-store.ts';
export type { ClaimOptions, DueEffect } from './claim-due-effects.ts';
export type * from './combined-order.ts';
export type { CombinedOrderStore } from './combined-order-store.ts';
export type * from './consent.ts';
export { type DeadJobFacts, toDeadJobFacts } from './dead-job-facts.ts';
export type * from './dead-letter.ts';
export type { ServerDescription } from './describe-server.ts';
export { dropTestDatabase } from './drop-test-database.ts';
export type { EpochStore } from './epoch-store.ts';
export { findPayee, type Payee } from './find-payee.ts';
export { type FollowDecisionDeps, type FollowedDecision, followDecision } from './follow-decision.ts';
export type { Person } from './forget-buyer.ts';
export type { FrozenQuery } from './frozen-orders.ts';
export type { InboxClaimOptions, InboxJob, InboxRow, InboxStore } from './inbox-store.ts';
export { isLeftWithMerchant } from './is-left-with-merchant.ts';
export { judgeRefunds, judgeRefundsOf, type RefundVerdict } from './judge-refunds.ts';
export {
  currentShipments,
  decideUpload,
  isDelivered,
  type ShipmentRefusal,
  type UploadStep,
} from './judge-shipments.ts';
export { keepCase } from './keep-case.ts';
export type { OrderListOptions, OrderPage } from './list-orders.ts';
export type * from './message.ts';
export { toUndeliverable } from './message.ts';
export type { MessageStore, WaitOptions, WakeOptions } from './message-store.ts';
export { findRequest, type NamedRefund, type NextRun, type RefundMove } from './move-refund.ts';
export { openStore, type StoreLimits, type StoreOwner } from './open-store.ts';
export type * from './order.ts';
export type { OrderEffects } from './order-effects.ts';
export type { OrderPayments } from './order-payments.ts';
export type { OrderPrepays } from './order-prepays.ts';
export type { OrderQueries } from './order-queries.ts';
export type { OrderReads } from './order-reads.ts';
export type { OrderRefunds } from './order-refunds.ts';
export type { OrderShipments } from './order-shipments.ts';
export type { OrderStore } from './order-store.ts';
export type { PayOptions } from './pay-order.ts';
export { isPaidIn, toPayerOpenId } from './payer.ts';
export type { QueryClaimOptions, QueryResult } from './query-orders.ts';
export { type QueryingMerchant, takeQueryTurns, toQueryBucket } from './query-turns.ts';
export type { DeliveryFacts } from './record-delivery.ts';
export { type SignedParcel, toReminderEffectId } from './record-receipt.ts';
export type { RecordedRefund, RefundOptions, ToldRefund } from './record-refund.ts';
export type * from './refund-request.ts';
export {
  findRefundablePayment,
  fitsPayment,
  type RefundablePayment,
  toLeftFen,
  toRefundableFen,
  waitsForRefund,
} from './refundable.ts';
export type { Registration } from './register-order.ts';
export type { RenewedEffect } from './renew-effect.ts';
export { mostRefunds, type NotRefundableReason, type RequestedRefund } from './request-refund.ts';
export type { DueMessageOptions } from './requested-messages.ts';
export type { NewSession, Session, SessionStore } from './session-store.ts';
export { type HealJob, type SettleAnswerDeps, type SettledAnswer, settleAnswer } from './settle-answer.ts';
export type { NewShipment, OrderShipment, ShipmentItem } from './shipment.ts';
export { createStore, type Store, type StoreOptions } from './store.ts';
export type { SweepOptions } from './sweep-orders.ts';
export { toPaymentFact } from './to-payment-fact.ts';
export { toRefundEffect } from './to-refund-effect.ts';
export type { TurnRequest, TurnStore } from './turn-store.ts';
export { untilMigrated } from './until-migrated.ts';
export type { BeginOptions, NamedShipment, UploadResult } from './upload-shipment.ts';
export type * from './user.ts';
export type { ForgottenCounts, UserDataStore } from './user-data.ts';
export type { WaitedFor, WaitingJob, WaitingJobRow, WaitingJobStore } from './waiting-job-store.ts';
export { type MessageJob, toMessageJob, type WokenMessage, wakeMessage } from './wake-message.ts';
export { type ResultStores, withResultsRecorded } from './with-results-recorded.ts';
