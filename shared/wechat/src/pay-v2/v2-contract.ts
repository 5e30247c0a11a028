import { type NotedEventOf, payEvents } from '@huidiao/contracts';
import { describeProblem } from '../pay/describe-problem.ts';
import type { V2Fields } from './v2-sign.ts';
import { definedOf, fenText, toRecord } from './v2-values.ts';

export type V2ContractEvent = NotedEventOf<'contract.signed'> | NotedEventOf<'contract.terminated'>;

/** change_type of a deduction contract (委托代扣). */
const eventTypes = new Map<string | undefined, V2ContractEvent['type']>([
  ['ADD', 'contract.signed'],
  ['DELETE', 'contract.terminated'],
]);

/**
 * A contract that was signed or ended, which names the merchant but not always the app; a text where our schema
 * refuses it. https://pay.weixin.qq.com/doc/v2/merchant/4011987586
 */
export function toV2Contract(
  mchId: string,
  fields: V2Fields,
): V2ContractEvent | { readonly problem: string } {
  const value = toRecord(fields);
  const type = eventTypes.get(value.change_type);
  if (type === undefined) return { problem: 'change_type: neither ADD nor DELETE' };
  const parsed = payEvents[type].safeParse(
    definedOf({
      type,
      ...toParties(mchId, value),
      product: 'entrust',
      contractId: value.contract_id,
      outContractCode: value.contract_code,
      planId: value.plan_id,
      contractState: value.change_type,
      expiredTime: value.contract_expired_time,
      terminationMode: value.contract_termination_mode,
      operateTime: value.operate_time,
    }),
  );
  return parsed.success ? parsed.data : { problem: describeProblem(parsed.error) };
}

/** A deduction (扣款) that failed, with the word for it. https://pay.weixin.qq.com/doc/v2/merchant/4011987465 */
export function toV2FailedDebit(
  mchId: string,
  fields: V2Fields,
): NotedEventOf<'debit.failed'> | { readonly problem: string } {
  const value = toRecord(fields);
  const parsed = payEvents['debit.failed'].safeParse(
    definedOf({
      type: 'debit.failed',
      ...toParties(mchId, value),
      outTradeNo: value.out_trade_no,
      transactionId: value.transaction_id,
      tradeState: value.trade_state ?? value.err_code,
      tradeType: value.trade_type,
      amountFen: fenText.safeParse(value.total_fee).data,
      currency: value.fee_type,
    }),
  );
  return parsed.success ? parsed.data : { problem: describeProblem(parsed.error) };
}

function toParties(mchId: string, value: Readonly<Record<string, string>>) {
  return {
    mchId,
    subMchId: value.sub_mch_id === mchId ? undefined : value.sub_mch_id,
    appId: value.appid,
    subAppId: value.sub_appid,
    openId: value.openid,
    subOpenId: value.sub_openid,
  };
}
