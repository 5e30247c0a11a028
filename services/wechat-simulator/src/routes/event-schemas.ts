import { z } from 'zod';
import { deliveries } from './control-schemas.ts';

const text = z.string().min(1).max(512);
const fen = z.number().int().min(0);

/** Whom and what an event is about; what is left out is made up. */
const about = z.strictObject({
  openid: text.optional(),
  out_trade_no: text.optional(),
  transaction_id: text.optional(),
  total: fen.optional(),
  out_refund_no: text.optional(),
  refund_id: text.optional(),
  refund: fen.optional(),
  sub_mchid: text.optional(),
  sub_appid: text.optional(),
  sub_openid: text.optional(),
  out_contract_code: text.optional(),
  contract_id: text.optional(),
  template_id: text.optional(),
  text: text.optional(),
});

/** POST /simulator/events: any event by its name, in each mode and format, tampered with in each way. */
export const eventToSend = z.strictObject({
  name: text,
  mchid: text.optional(),
  appid: text.optional(),
  url: z.url({ protocol: /^https?$/ }).optional(),
  about: about.default({}),
  /** In place of what it says; null takes a member away. */
  fields: z.record(z.string(), z.json()).optional(),
  tamper: text.optional(),
  /** Of a push. */
  mode: z.enum(['plaintext', 'compatible', 'safe']).optional(),
  format: z.enum(['json', 'xml']).optional(),
  list_shape: z.enum(['natural', 'object', 'array', 'wrapped-object', 'wrapped-array']).optional(),
  pad: z.number().int().min(1).max(32).optional(),
  content_type: text.optional(),
  /** In compatible mode: what the plain members say otherwise than the encrypted ones. */
  plain_fields: z.record(z.string(), z.json()).optional(),
  /** Of API v2. */
  sign_type: z.enum(['MD5', 'HMAC-SHA256']).optional(),
  names_sign_type: z.boolean().optional(),
  /** With all its re-sends, instead of once. */
  resend: z.boolean().default(false),
  deliveries: deliveries.optional(),
});
export type EventRequest = z.output<typeof eventToSend>;
