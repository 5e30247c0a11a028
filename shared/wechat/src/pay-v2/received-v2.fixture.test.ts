import { receiveV2Notification, type V2NotificationOutcome } from './receive-v2-notification.ts';
import {
  type Change,
  changed,
  payment,
  type RefundToMake,
  receivingMerchant,
  refundBody,
  signedBody,
} from './v2.fixture.test.ts';

const merchant = receivingMerchant();

/** What becomes of a body that reaches the merchant with both keys. */
export const receive = (body: Buffer | string): V2NotificationOutcome =>
  receiveV2Notification(Buffer.from(body), merchant);

/** The callback of a genuine notification. */
export function callbackOf(outcome: V2NotificationOutcome) {
  if (outcome.kind !== 'genuine') throw new Error(`${outcome.kind}: ${outcome.reason}`);
  return outcome.callback;
}

/** The first fact of a genuine notification, and its event. */
export const factOf = (body: Buffer | string) => callbackOf(receive(body)).facts[0];
export const eventOf = (body: Buffer | string) => factOf(body).event;
/** The events of the sample payment and of the sample refund with something changed. */
export const paymentOf = (change: Change) => eventOf(signedBody(changed(payment, change)));
export const refundOf = (made: RefundToMake) => eventOf(refundBody(made));
export const refused = (reason: string) => ({ kind: 'not-authentic', reason });
