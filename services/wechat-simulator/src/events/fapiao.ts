import type { PayEventSpec } from './event-spec.ts';

/* 电子发票: https://pay.weixin.qq.com/doc/v3/merchant/4012538347 */

const states = [
  ['FAPIAO.USER_APPLIED', 'fapiao-applied', undefined, undefined, '用户发票抬头填写完成'],
  ['FAPIAO.ISSUED', 'fapiao-issued', 'ISSUED', undefined, '发票开具成功'],
  ['FAPIAO.CARD_INSERTED', 'fapiao-inserted', 'ISSUED', 'INSERTED', '发票插入用户卡包成功'],
  ['FAPIAO.CARD_DISCARDED', 'fapiao-discarded', 'ISSUED', 'DISCARDED', '发票卡券作废'],
  ['FAPIAO.REVERSED', 'fapiao-reversed', 'REVERSED', undefined, '发票冲红成功'],
] as const;

export const fapiaoEvents: readonly PayEventSpec[] = states.map(
  ([eventType, alias, fapiaoStatus, cardStatus, summary]) => ({
    name: eventType,
    aliases: [alias],
    eventType,
    originalType: null,
    summary,
    resource: (about) => ({
      mchid: about.mchId,
      fapiao_apply_id: about.transactionId,
      apply_time: about.time,
      fapiao_information:
        fapiaoStatus === undefined
          ? undefined
          : [{ fapiao_id: about.number, fapiao_status: fapiaoStatus, card_status: cardStatus }],
    }),
  }),
);
