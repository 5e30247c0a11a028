import { z } from 'zod';

/** The APIs of api.weixin.qq.com, by the last part of their paths where that is enough. */
export const miniProgramApiNames = [
  'stable_token',
  'subscribe_send',
  'template_send',
  'jscode2session',
  'checksession',
  'getuserphonenumber',
  'upload_shipping_info',
  'upload_combined_shipping_info',
  'get_order',
  'get_order_list',
  'notify_confirm_receive',
  'is_trade_managed',
  'is_trade_management_confirmation_completed',
  'opspecialorder',
  'set_msg_jump_path',
  'update_order_detail_path',
  'get_order_detail_path',
  'get_delivery_list',
] as const;

const milliseconds = z.number().int().min(0);

/** What is told of a template message of a service account once it is sent (TEMPLATESENDJOBFINISH). */
export const templateCourses = [
  'success',
  'failed:user block',
  'failed: system failed',
  'failed:freq limit',
] as const;

/** Settings of the faults that only APIs of mini-programs and service accounts have. Durations are simulated. */
export const miniProgramFaults = {
  /** Share of wx.login calls that give a new session_key, from which on the one before it is worthless. */
  session_renewal_share: z.number().min(0).max(1),
  /** jscode2session per user and minute; beyond it 45011. */
  logins_per_minute: z.number().int().min(0),
  /** How long after a payment the order is unknown to the shipping APIs (10060001). */
  trade_visible_after_ms: milliseconds,
  /** How long after the receipt is confirmed the money is settled. */
  settlement_delay_ms: milliseconds,
  /**
   * What the same shipping content is once more, uploaded at a later time: WeChat's pages allow both. `unchanged`
   * (10060023), or `reshipment`: it spends the only one.
   */
  repeated_shipping: z.enum(['unchanged', 'reshipment']),
  template_course: z.enum(templateCourses),
};

export const noMiniProgramFaults = {
  session_renewal_share: 0.5,
  logins_per_minute: 100,
  trade_visible_after_ms: 10_000,
  settlement_delay_ms: 60_000,
  repeated_shipping: 'unchanged',
  template_course: 'success',
} as const;
