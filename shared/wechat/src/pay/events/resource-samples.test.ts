import { readdirSync } from 'node:fs';
import { type DomainEvent, notedEvent, paymentSucceeded, refundEvent } from '@huidiao/contracts';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { makeNotification, testMerchant, testNow } from '../platform.fixture.test.ts';
import { createReceivingMerchant, receiveNotification } from '../receive-notification.ts';
import { vectorJson } from '../vectors.fixture.test.ts';
import { agreementSamples } from './agreement-samples.fixture.test.ts';
import { eventTable } from './event-table.ts';
import { type ExpectedSample, noticeId } from './expected-sample.fixture.test.ts';
import { moneySamples } from './money-samples.fixture.test.ts';
import { serviceSamples } from './service-samples.fixture.test.ts';

const receiving = createReceivingMerchant(testMerchant);
const samples: Readonly<Record<string, ExpectedSample>> = {
  ...moneySamples,
  ...agreementSamples,
  ...serviceSamples,
};

/** Receives a sample as its merchant would, and gives the one fact that it tells. */
function receiveSample(path: string) {
  const { eventType, originalType, mchId = testMerchant.mchId } = samples[path] ?? missing(path);
  const resource = vectorJson<object>(`v3-resource-samples/${path}.json`);
  const message = makeNotification({ resource, eventType, originalType });
  const outcome = receiveNotification(message, { ...receiving, mchId }, testNow);
  if (outcome.kind !== 'genuine') throw new Error(`${path} is ${outcome.kind}: ${outcome.reason}`);
  expect(outcome.callback.facts).to.have.length(1);
  return { callback: outcome.callback, fact: outcome.callback.facts[0], resource };
}

function missing(path: string): never {
  throw new Error(`no sample ${path}`);
}

/** By the schema that its job is checked with before it is queued. */
function parseEvent(event: DomainEvent): unknown {
  if (event.type === 'payment.succeeded') return paymentSucceeded.parse(event);
  return event.type.startsWith('refund.') ? refundEvent.parse(event) : notedEvent.parse(event);
}

describe("the official documents' samples of resources", () => {
  const folder = new URL('../../../test/vectors/pay/v3-resource-samples/', import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.json'),
  );

  it('are each expected to become something', () => {
    expect(files.map((file) => file.replaceAll('\\', '/').replace('.json', '')).sort()).to.deep.equal(
      Object.keys(samples).sort(),
    );
    expect(files).to.have.length(49);
  });

  for (const [path, { eventType, event, key }] of Object.entries(samples)) {
    it(`${path} as ${eventType} becomes ${event.type}`, () => {
      const { fact, callback, resource } = receiveSample(path);
      expect(fact.event).to.deep.include(event);
      expect(fact.event).to.deep.equal(parseEvent(fact.event));
      expect(fact.callbackKey.replace(/sha256-[0-9a-f]{32}/, 'sha256-')).to.equal(key);
      expect(fact.callbackKey).to.match(/^[0-9A-Za-z_.|*-]{1,200}$/);
      expect(JSON.parse(callback.content ?? '')).to.deep.equal(resource);
    });
  }

  it('name no person but by openid', () => {
    for (const path of Object.keys(samples)) {
      const told = JSON.stringify(receiveSample(path).fact);
      const held = [
        '微信代扣用户A',
        '用户A',
        '*明',
        'wx_123456',
        '12345678999',
        '490379403',
        '757b340b45',
        '粤B',
        '浙A',
      ];
      for (const name of [...held, '招商银行信用卡', '财付通', '钻石会员', '男']) {
        expect(told, path).not.to.include(name);
      }
    }
  });
});

describe('every event type that has a rule', () => {
  it('becomes an event from no more than what identifies it', () => {
    for (const [eventType, tell] of eventTable) {
      const notification = { id: noticeId, eventType, originalType: undefined, mchId: '1900000001' };
      const identity = Object.fromEntries(identifiers.map((name) => [name, `${name}-1`]));
      const { event, callbackKey } = tell(notification, identity);
      expect(event, eventType).not.to.have.property('problem');
      expect(parseEvent(event), eventType).to.deep.equal(event);
      expect(callbackKey).to.include(`${event.type}_1900000001_`);
    }
  });

  it('becomes the same event although its lesser fields hold what they should not', () => {
    const awkward = [[], {}, true, -1, 1.5, 'x'.repeat(300), { a: [null] }];
    for (const [eventType, tell] of eventTable) {
      const notification = { id: noticeId, eventType, originalType: undefined, mchId: '1900000001' };
      for (const value of awkward) {
        const lesser = Object.fromEntries(lesserFields.map((name) => [name, value]));
        const identity = Object.fromEntries(identifiers.map((name) => [name, `${name}-1`]));
        expect(tell(notification, { ...lesser, ...identity }).event, eventType).not.to.have.property(
          'problem',
        );
      }
    }
  });
});

const identifiers = [
  'order_id',
  'out_bill_no',
  'state',
  'status',
  'out_batch_no',
  'out_authorization_no',
  'withdraw_id',
  'recharge_id',
  'out_trade_no',
  'out_order_no',
  'sign_plan_id',
  'out_apply_no',
  'contract_id',
  'coupon_id',
  'coupon_code',
  'card_id',
  'record_id',
  'transaction_id',
  'refund_id',
  'complaint_id',
  'fapiao_apply_id',
  'parking_id',
];
const lesserFields = [
  'openid',
  'sub_mchid',
  'amount',
  'total_amount',
  'transfer_amount',
  'update_time',
  'success_time',
  'receiver',
  'payer',
  'plan_id',
  'operate_time',
  'contract_terminate_info',
  'time_range',
  'need_collection',
  'collection',
  'fapiao_information',
  'consume_information',
  'pay_information',
  'free_duration',
  'debt_count',
  'deduct_points',
  'echo_message',
];
