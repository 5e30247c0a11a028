import type { PayEventSpec } from './event-spec.ts';

/*
 * What is done to merchants below a service provider, and risky trades.
 * https://pay.weixin.qq.com/wiki/doc/apiv3_partner/apis/chapter10_3_5.shtml
 */

const kinds = [
  ['VIOLATION.PUNISH', 'violation', '处罚子商户'],
  ['VIOLATION.INTERCEPT', 'violation-intercept', '拦截子商户交易'],
  ['VIOLATION.APPEAL', 'violation-appeal', '子商户申诉'],
] as const;

export const violationEvents: readonly PayEventSpec[] = [
  ...kinds.map(
    ([eventType, alias, summary]): PayEventSpec => ({
      name: eventType,
      aliases: [alias],
      eventType,
      originalType: null,
      summary,
      registered: 'violation',
      resource: (about) => ({
        sub_mchid: about.subMchId,
        company_name: '示例科技有限公司',
        record_id: `20020182${about.number}`,
        punish_plan: '关闭支付权限',
        punish_time: about.time,
        punish_description: '利用特殊行业违规经营，加重处罚',
        risk_type: 'ONE_YUAN_PURCHASES',
        risk_description: '涉嫌一元购',
      }),
    }),
  ),
  {
    name: 'RISKTRADE.IDENTIFICATION',
    aliases: ['risk-trade'],
    eventType: 'RISKTRADE.IDENTIFICATION',
    originalType: null,
    summary: '风险订单',
    resource: (about) => ({
      mchid: about.mchId,
      out_trade_no: about.outTradeNo,
      risk_type: 1,
      risk_level: 1,
    }),
  },
];
