import type { JsonValue } from '../../write-json.ts';

/** Some of WeChat's 1,400 carriers by their ids. */
const carriers: readonly (readonly [string, string])[] = [
  ['SF', '顺丰速运'],
  ['ZTO', '中通快递'],
  ['YTO', '圆通速递'],
  ['STO', '申通快递'],
  ['YD', '韵达速递'],
  ['JTSD', '极兔速递'],
  ['JD', '京东快递'],
  ['EMS', 'EMS'],
  ['YZPY', '邮政快递包裹'],
  ['DBL', '德邦快递'],
  ['BDT', '八达通'],
  ['DHL', 'DHL'],
  ['(AU)', 'Interparcel'],
];

/**
 * POST /cgi-bin/express/delivery/open_msg/get_delivery_list. A success has no errmsg.
 * https://developers.weixin.qq.com/miniprogram/dev/server/API/weixin-express/express-msg/api_get_delivery_list
 */
export function getDeliveryList(): JsonValue {
  return {
    errcode: 0,
    delivery_list: carriers.map(([delivery_id, delivery_name]) => ({ delivery_id, delivery_name })),
    count: carriers.length,
  };
}
