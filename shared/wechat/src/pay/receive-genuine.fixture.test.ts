import type { DomainEvent } from '@huidiao/contracts';
import { makeNotification, type NotificationToMake, testMerchant, testNow } from './platform.fixture.test.ts';
import {
  createReceivingMerchant,
  type NotificationOutcome,
  receiveNotification,
} from './receive-notification.ts';

const receiving = createReceivingMerchant(testMerchant);
export const { mchId } = testMerchant;

/** Receives what WeChat Pay sends to the test merchant, and must be genuine. */
export function receiveGenuine(made: NotificationToMake): Extract<NotificationOutcome, { kind: 'genuine' }> {
  const outcome = receiveNotification(makeNotification(made), receiving, testNow);
  if (outcome.kind !== 'genuine') throw new Error(`it is ${outcome.kind}`);
  return outcome;
}

/** The first thing that it tells. */
export function eventOf(made: NotificationToMake): DomainEvent {
  return receiveGenuine(made).callback.facts[0].event;
}

export function keyOf(made: NotificationToMake): string {
  return receiveGenuine(made).callback.facts[0].callbackKey;
}
