import { type AroundPorts, asTheyAre } from '@huidiao/contracts';
import {
  createQueueWorker,
  type JobHandlers,
  type QueueWorker,
  type QueueWorkerOptions,
} from '@huidiao/queue';
import type { EventDeps } from './events/applied.ts';
import { createApplyEvent } from './jobs/apply-event.ts';
import { type ApplyPaymentDeps, createApplyPayment } from './jobs/apply-payment.ts';
import { type ApplyRefundDeps, createApplyRefund } from './jobs/apply-refund.ts';
import { createForwardEvent, type ForwardEventDeps } from './jobs/forward-event.ts';
import { createFulfilOrder, type FulfilOrderDeps } from './jobs/fulfil-order.ts';
import { createKeepCallback } from './jobs/keep-callback.ts';
import { createMakeRefund } from './jobs/make-refund.ts';
import { createPassThrough, type PassThroughDeps } from './jobs/pass-through.ts';
import {
  createReportMessage,
  createReportUndeliverable,
  type ReportUndeliverableDeps,
} from './jobs/report-undeliverable.ts';
import type { MakeRefundDeps } from './refunds/refund-attempt.ts';
import { createRemindReceipt, type RemindReceiptDeps } from './shipping/remind-receipt.ts';
import type { UploadShipmentDeps } from './shipping/upload-attempt.ts';
import { createUploadShipment } from './shipping/upload-shipment.ts';

const queues = [
  'payment-event',
  'platform-event',
  'event-forwarding',
  'order-fulfilment',
  'order-refund',
  'shipping-upload',
] as const;
type OrderQueue = (typeof queues)[number];

/** All that the handlers of the order-worker need between them. */
export type HandlerDeps = ApplyPaymentDeps &
  ApplyRefundDeps &
  EventDeps &
  ForwardEventDeps &
  PassThroughDeps &
  ReportUndeliverableDeps &
  FulfilOrderDeps &
  MakeRefundDeps &
  UploadShipmentDeps &
  RemindReceiptDeps;

/** What the workers of all queues have in common. */
export type SharedWorkerOptions = Omit<QueueWorkerOptions<OrderQueue>, 'queue' | 'handlers'> & {
  /** For tests; see AroundPorts. */
  readonly around?: AroundPorts;
};

type Handlers = { readonly [Q in OrderQueue]: JobHandlers<Q> };

/** One worker for each queue of the order-worker, which takes jobs as soon as Redis is there. */
export function startWorkers(deps: HandlerDeps, options: SharedWorkerOptions): readonly QueueWorker[] {
  const handlers = toHandlers(deps);
  return queues.map((queue) => startWorker(queue, handlers, options));
}

function startWorker<Q extends OrderQueue>(
  queue: Q,
  handlers: Handlers,
  { around = asTheyAre, ...shared }: SharedWorkerOptions,
): QueueWorker {
  return createQueueWorker<Q>({ ...shared, queue, ...around({ handlers: handlers[queue] }) });
}

function toHandlers(deps: HandlerDeps): Handlers {
  return {
    'payment-event': {
      'apply-payment': createApplyPayment(deps),
      'apply-refund': createApplyRefund(deps),
      'keep-callback': createKeepCallback(deps),
    },
    'platform-event': { 'apply-event': createApplyEvent(deps) },
    'event-forwarding': {
      'forward-event': createForwardEvent(deps),
      'pass-through': createPassThrough(deps),
      'report-undeliverable': createReportUndeliverable(deps),
      'report-message': createReportMessage(deps),
    },
    'order-fulfilment': { 'fulfil-order': createFulfilOrder(deps) },
    'order-refund': { 'make-refund': createMakeRefund(deps) },
    'shipping-upload': {
      'upload-shipment': createUploadShipment(deps),
      'remind-receipt': createRemindReceipt(deps),
    },
  };
}
