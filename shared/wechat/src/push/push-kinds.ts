import { consentPushes } from './kinds/consent-pushes.ts';
import { customerServiceMessages, customerServicePushes } from './kinds/customer-service-pushes.ts';
import { noticePushes } from './kinds/notice-pushes.ts';
import { retailPushes } from './kinds/retail-pushes.ts';
import { reviewPushes } from './kinds/review-pushes.ts';
import { tradePushes } from './kinds/trade-pushes.ts';
import { userDataPushes } from './kinds/user-data-pushes.ts';
import { virtualPaymentPushes } from './kinds/virtual-payment-pushes.ts';
import { virtualSubscriptionPushes } from './kinds/virtual-subscription-pushes.ts';
import type { PushKind } from './push-kind.ts';

const events = new Map<string, PushKind>(
  [
    consentPushes,
    customerServicePushes,
    noticePushes,
    retailPushes,
    reviewPushes,
    tradePushes,
    userDataPushes,
    virtualPaymentPushes,
    virtualSubscriptionPushes,
  ].flatMap((kinds) => Object.entries(kinds)),
);
const messages = new Map<string, PushKind>(Object.entries(customerServiceMessages));

/** In small letters. Events that carriers, and not merchants, are asked by are none of these; nor are those of platforms. */
export const knownPushEvents: readonly string[] = [...events.keys()];
/** Kinds of messages that users send to customer service. */
export const knownPushMessages: readonly string[] = [...messages.keys()];

/** What handles an Event, or where there is none a MsgType, in small letters; undefined: nothing does. */
export function findPushKind(msgType: string, event: string | undefined): PushKind | undefined {
  return event === undefined ? messages.get(msgType) : events.get(event);
}
