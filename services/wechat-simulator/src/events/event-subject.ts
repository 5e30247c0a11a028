import { randomBytes, randomInt } from 'node:crypto';
import { toBeijingStamp, toWireTime } from '../pay/wire-time.ts';

/** Whom and what an event is about; the rest of its content is made up around it. */
export interface EventSubject {
  readonly mchId: string;
  readonly appId: string;
  readonly openId: string;
  /** 原始ID of the app, gh_…. */
  readonly originalId: string;
  /** The system account that platform events come from; never the person. */
  readonly systemOpenId: string;
  readonly subMchId: string;
  readonly subAppId: string;
  readonly subOpenId: string;
  /** 商户订单号. */
  readonly outTradeNo: string;
  /** 微信支付订单号. */
  readonly transactionId: string;
  readonly totalFen: number;
  readonly outRefundNo: string;
  readonly refundId: string;
  readonly refundFen: number;
  readonly outContractCode: string;
  readonly contractId: string;
  readonly templateId: string;
  readonly otherTemplateId: string;
  /** Beyond 2^53. */
  readonly msgId: bigint;
  readonly text: string;
  /** Digits, 20 of them: where an event has a number of its own. */
  readonly number: string;
  /** RFC 3339 in Beijing time. */
  readonly time: string;
  /** yyyyMMddHHmmss in Beijing time. */
  readonly stamp: string;
  readonly unixSeconds: number;
}

/** A subject with what is known about it; everything else is new, so that two events are about two things. */
export function createSubject(
  known: Partial<EventSubject> & Pick<EventSubject, 'mchId' | 'appId'>,
): EventSubject {
  const nowMs = Date.now();
  const number = digits(20);
  const totalFen = known.totalFen ?? 1_880;
  return {
    openId: `oSimulated${randomBytes(9).toString('hex')}`,
    originalId: `gh_${randomBytes(6).toString('hex')}`,
    systemOpenId: 'oSimulatedSystemAccount00000',
    subMchId: `16${digits(8)}`,
    subAppId: `wx${randomBytes(8).toString('hex')}`,
    subOpenId: `oSub${randomBytes(12).toString('hex')}`,
    outTradeNo: `SIM${number}`,
    transactionId: createTransactionId(),
    totalFen,
    outRefundNo: `REF${number}`,
    refundId: `5030${digits(24)}`,
    refundFen: totalFen,
    outContractCode: `CONTRACT${number.slice(8)}`,
    contractId: `Wx${number}`,
    templateId: randomBytes(32).toString('base64url'),
    otherTemplateId: randomBytes(32).toString('base64url'),
    msgId: (1n << 61n) + BigInt(`0x${randomBytes(7).toString('hex')}`),
    text: '你好，我的订单到哪里了？',
    number,
    time: toWireTime(nowMs),
    stamp: toBeijingStamp(nowMs),
    unixSeconds: Math.floor(nowMs / 1_000),
    ...withoutUndefined(known),
  } as EventSubject;
}

/** 28 digits, as WeChat Pay's: beyond 2^53, so a receiver that makes it a number loses it. */
export function createTransactionId(): string {
  return `4200${digits(24)}`;
}

/** WeChat Pay's number of a refund (微信支付退款单号). */
export function createRefundId(): string {
  return `5030${digits(24)}`;
}

function digits(count: number): string {
  return Array.from({ length: count }, () => randomInt(10)).join('');
}

function withoutUndefined<T extends object>(known: T): Partial<T> {
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)) as Partial<T>;
}
