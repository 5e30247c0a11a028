import type { PayEventSpec } from './event-spec.ts';

/* 停车服务 and ETC: https://pay.weixin.qq.com/wiki/doc/apiv3_partner/apis/chapter8_8_5.shtml */

export const vehicleEvents: readonly PayEventSpec[] = [
  {
    name: 'VEHICLE.ENTRANCE_STATE_CHANGE',
    aliases: ['parking-entered'],
    eventType: 'VEHICLE.ENTRANCE_STATE_CHANGE',
    originalType: null,
    summary: '停车入场状态变更',
    resource: (about) => ({
      sp_mchid: about.mchId,
      parking_id: about.number,
      out_parking_no: about.outTradeNo,
      plate_number: '粤B88888',
      plate_color: 'BLUE',
      start_time: about.time,
      parking_name: '欢乐海岸停车场',
      free_duration: 3_600,
      parking_state: 'NORMAL',
      state_update_time: about.time,
    }),
  },
  {
    name: 'VEHICLE.USER_STATE_CHANGE',
    aliases: ['etc-signed'],
    eventType: 'VEHICLE.USER_STATE_CHANGE',
    originalType: null,
    summary: 'ETC授权签约状态变化',
    resource: (about) => ({
      appid: about.appId,
      sp_mchid: about.mchId,
      sp_openid: about.openId,
      sub_mchid: about.subMchId,
      contract_id: about.contractId,
      bind_state: 'NORMAL',
      plate_number: '浙ASB945',
    }),
  },
];
