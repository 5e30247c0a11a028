import { isNamelessParking, tellNamelessParking } from './events/debit-rules.ts';
import {
  type OpenedNotification,
  type Resource,
  readPath,
  type TellFact,
  tellUnknown,
} from './events/event-rule.ts';
import { eventTable } from './events/event-table.ts';
import { tellProfitSharingOfV2 } from './events/profit-sharing-rules.ts';
import { tellEtcBinding } from './events/service-rules.ts';
import { tellCombined } from './events/tell-combined.ts';
import { tellRefund } from './events/tell-refund.ts';
import { tellTransaction } from './events/tell-transaction.ts';
import { type ToldWhole, toToldWhole } from './events/told-whole.ts';

/**
 * What a genuine notification says, from its type, its original_type and the fields that its resource has: the
 * same event type comes with several schemas. Throws on no input.
 */
export function toToldFacts(notification: OpenedNotification, resource: Resource): ToldWhole {
  const { eventType } = notification;
  if (eventType === 'TRANSACTION.SUCCESS') return tellSuccess(notification, resource);
  const tell = toRule(eventType);
  return toToldWhole(
    tell?.(notification, resource) ??
      tellUnknown(notification, `nothing handles the event type ${eventType}`),
  );
}

function toRule(eventType: string): TellFact | undefined {
  if (eventType === 'TRANSACTION.INDUSTRY_SUCCESS') return tellTransaction;
  return eventType.startsWith('REFUND.') ? tellRefund : eventTable.get(eventType);
}

/**
 * TRANSACTION.SUCCESS is what most comes as.
 *
 * | it has                                         | and is                                                 |
 * |---                                             |---                                                     |
 * | combine_out_trade_no, combine_mchid, sub_orders | a combined payment (合单)                              |
 * | receiver                                       | profit sharing made by API v2 (分账)                   |
 * | bind_state                                     | a plate bound for ETC                                  |
 * | trade_scene or parking_info, no transaction_id | a parking debit that is no payment                     |
 * | anything else                                  | a payment, where original_type does not say otherwise  |
 *
 * https://pay.weixin.qq.com/doc/v2/partner/4011985282, https://pay.weixin.qq.com/doc/v3/merchant/4012557006
 */
function tellSuccess(notification: OpenedNotification, resource: Resource): ToldWhole {
  const has = (...names: string[]) => names.some((name) => readPath(resource, name) !== undefined);
  if (has('combine_out_trade_no', 'combine_mchid', 'sub_orders')) return tellCombined(notification, resource);
  return toToldWhole(toSuccessRule(notification, resource, has)(notification, resource));
}

function toSuccessRule(
  notification: OpenedNotification,
  resource: Resource,
  has: (...names: string[]) => boolean,
): TellFact {
  if (has('receiver')) return tellProfitSharingOfV2;
  if (has('bind_state') && !has('trade_state')) return tellEtcBinding;
  if (isNamelessParking(resource)) return tellNamelessParking;
  const isOther = (notification.originalType || 'transaction') !== 'transaction';
  return isOther
    ? () => tellUnknown(notification, 'resource.original_type is not transaction')
    : tellTransaction;
}
