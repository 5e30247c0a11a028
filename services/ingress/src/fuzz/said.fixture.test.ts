import { isDeepStrictEqual } from 'node:util';
import type { CheckedJob } from '@huidiao/queue';
import { AssertionError, expect } from 'chai';
import type { Visit } from './site.fixture.test.ts';

/**
 * Oracles of what may be applied. They read a message anew, without the code that is tested.
 */

interface Said {
  readonly [name: string]: unknown;
}

/** What each apply-… job says, beside its name. */
function toApplied({ jobs }: Visit): readonly { readonly name: string; readonly said: Said }[] {
  return jobs.flatMap(({ name, payload }) => {
    const { payment, refund, event } = payload as Said;
    const said = payment ?? refund ?? event;
    return said === undefined ? [] : [{ name, said: said as Said }];
  });
}

/** Nothing is done beside keeping it. */
export function expectKept(visit: Visit): void {
  expect(visit.jobs.map(({ name }) => name).filter((name) => name.startsWith('apply-'))).to.deep.equal([]);
}

/** Numbers and amounts of what is applied stand in the message, and it is of the merchant or app of the path. */
export function expectSaid(visit: Visit, text: string, receiver: Said): void {
  const applied = toApplied(visit);
  if (applied.length === 0) return;
  const isSaid = toReader(text);
  for (const { said } of applied) {
    const owner = 'mchId' in receiver ? 'mchId' : 'appId';
    if (said[owner] !== receiver[owner]) throw new AssertionError(`${owner} is not that of the path`);
    for (const [name, value] of Object.entries(said)) {
      if (!/(No|Id|Fen)$/.test(name) || name === owner) continue;
      if (!isSaid(String(value))) throw new AssertionError(`${name} does not stand in the message: ${value}`);
    }
  }
}

/** Whether a value stands in a text: as it is, or as JSON writes text and finite numbers. */
function toReader(text: string): (value: string) => boolean {
  let scalars: ReadonlySet<string> | undefined;
  return (value) => {
    if (text.includes(value)) return true;
    scalars ??= new Set(toScalars(text));
    return scalars.has(value);
  };
}

function toScalars(text: string): readonly string[] {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs) ?? [];
  return tokens.flatMap((token) => {
    try {
      const value: unknown = JSON.parse(token);
      return typeof value === 'number' && !Number.isFinite(value) ? [] : [String(value)];
    } catch {
      return [];
    }
  });
}

/** No payment and no refund comes from it. */
export function expectNoMoney(visit: Visit): void {
  const [money] = visit.jobs.filter(({ name }) => name === 'apply-payment' || name === 'apply-refund');
  if (money !== undefined) throw new AssertionError(`${money.id} comes from what says nothing of money`);
}

/** A payment or a refund of API v3 is exactly what the opened resource says. */
export function expectMoneyOfV3(visit: Visit, eventType: unknown, plaintext: string): void {
  const applied = toApplied(visit);
  const payments = applied.filter(({ name }) => name === 'apply-payment').map(({ said }) => said);
  const refunds = applied.filter(({ name }) => name === 'apply-refund').map(({ said }) => said);
  if (payments.length + refunds.length === 0) return;
  const resource: Said = readExactly(plaintext);
  for (const payment of payments) {
    expect(eventType).to.be.oneOf(['TRANSACTION.SUCCESS', 'TRANSACTION.INDUSTRY_SUCCESS']);
    const orders = Array.isArray(resource.sub_orders) ? resource.sub_orders : [resource];
    expect(orders.some((order) => isPaidOrder(order, payment))).to.equal(true);
  }
  for (const refund of refunds) expectRefundOfV3(refund, eventType, resource);
}

/** Whole numbers of 16 digits or more come out as text: a double does not hold them all. */
function readExactly(text: string): Said {
  const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;
  return JSON.parse(text.replaceAll(tokens, (token) => (/^-?\d{16,}$/.test(token) ? `"${token}"` : token)));
}

function isPaidOrder(order: Said | null, payment: Said): boolean {
  if (typeof order !== 'object' || order === null) return false;
  const { total, total_amount = total } = (order.amount ?? {}) as Said;
  return (
    order.out_trade_no === payment.outTradeNo &&
    (order.transaction_id || order.id) === payment.transactionId &&
    total_amount === payment.amountFen &&
    Number.isSafeInteger(payment.amountFen) &&
    Number(payment.amountFen) > 0 &&
    (order.trade_state === 'SUCCESS' || order.trade_state === 'REFUND')
  );
}

/**
 * Each order of a combined payment that was left as it was is paid, whatever became of the others; and of two that have
 * one transaction_id the second is not lost.
 */
export function expectEveryOrder(visit: Visit, original: Said, plaintext: string): void {
  const whole = parseOrNothing(plaintext);
  const head = ['combine_mchid', 'combine_appid', 'combine_out_trade_no', 'combine_payer_info'];
  if (head.some((name) => !isDeepStrictEqual(whole[name], original[name]))) return;
  if (!Array.isArray(whole.sub_orders) || !Array.isArray(original.sub_orders)) return;
  const untouched = original.sub_orders.filter((order) => hasOrder(whole.sub_orders, order));
  const paid = toApplied(visit).map(({ said }) => said.transactionId);
  const others = whole.sub_orders.filter((order) => !hasOrder(original.sub_orders, order));
  for (const order of untouched) {
    const isTaken = others.some((other) => other?.transaction_id === order.transaction_id);
    if (isTaken) expect(visit.jobs.map(({ name }) => name)).to.include('keep-callback');
    else expect(paid).to.include(order.transaction_id);
  }
}

function hasOrder(orders: unknown, wanted: unknown): boolean {
  return Array.isArray(orders) && orders.some((order) => isDeepStrictEqual(order, wanted));
}

function parseOrNothing(text: string): Said {
  try {
    return readExactly(text) ?? {};
  } catch {
    return {};
  }
}

function expectRefundOfV3(refund: Said, eventType: unknown, resource: Said): void {
  const { refund: refundFen, total } = resource.amount as Said;
  expect(eventType).to.equal(`REFUND.${resource.refund_status}`);
  expect([refund.outTradeNo, refund.outRefundNo, refund.refundId, refund.proof]).to.deep.equal([
    resource.out_trade_no,
    resource.out_refund_no,
    resource.refund_id,
    'signature',
  ]);
  expect([refund.refundFen, refund.totalFen]).to.deep.equal([refundFen, total]);
}

/** A payment of API v2 is exactly what the signed fields say; a refund is never more than a hint. */
export function expectMoneyOfV2(visit: Visit, fields: Readonly<Record<string, string>>): void {
  for (const { name, said } of toApplied(visit)) {
    if (name === 'apply-refund') expect(said.proof).to.equal('key_alone');
    if (name !== 'apply-payment') continue;
    expect([fields.return_code, fields.result_code]).to.deep.equal(['SUCCESS', 'SUCCESS']);
    expect(fields.trade_state || 'SUCCESS').to.be.oneOf(['SUCCESS', 'REFUND']);
    expect([said.outTradeNo, said.transactionId, String(said.amountFen)]).to.deep.equal([
      fields.out_trade_no,
      fields.transaction_id,
      fields.total_fee,
    ]);
  }
}

/** All that an unproven refund of API v2 may lead to: a hint that is asked about, or nothing. */
export function expectHint(visit: Visit): void {
  const isHint = ({ name, payload }: CheckedJob) =>
    name !== 'apply-refund' || (payload as { refund: Said }).refund.proof === 'key_alone';
  expect(visit.jobs.every(isHint)).to.equal(true);
  for (const { name } of visit.jobs) expect(name).not.to.be.oneOf(['apply-payment', 'apply-event']);
}

/** The same of one whose req_info was left as it was: nothing around it says anything of the refund. */
export function expectHintOf(visit: Visit, reqInfo: Readonly<Record<string, string>>): void {
  expectHint(visit);
  for (const { said } of toApplied(visit)) {
    const told = [said.outTradeNo, said.transactionId, said.outRefundNo, said.refundId];
    expect([...told, String(said.refundFen), String(said.totalFen)]).to.deep.equal([
      reqInfo.out_trade_no,
      reqInfo.transaction_id,
      reqInfo.out_refund_no,
      reqInfo.refund_id,
      reqInfo.refund_fee,
      reqInfo.total_fee,
    ]);
  }
}
