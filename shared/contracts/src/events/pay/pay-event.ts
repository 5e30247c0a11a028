import { z } from 'zod';
import { mchId } from '../../ids.ts';

/** An id that tells one thing from others, as WeChat wrote it. */
export const id = z.string().min(1).max(128);
/** A state, code, number or time, as WeChat wrote it. */
export const text = z.string().max(256).optional();
/** An amount in fen (分). */
export const fen = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional();
/** A number of things. */
export const count = z.number().int().min(0).optional();

/** Who takes part, where the callback says so. A person is an openid here, never a name or a phone number. */
const parties = {
  /** Of the path. */
  mchId,
  /** 子商户号. */
  subMchId: text,
  appId: text,
  subAppId: text,
  openId: text,
  /** The same person in `subAppId`. */
  subOpenId: text,
};
export type PartyName = keyof typeof parties;

/** The schema of one event: who takes part, and what it says. */
export function payEvent<T extends string, F extends z.ZodRawShape>(type: T, fields: F) {
  return z.object({ type: z.literal(type), ...parties, ...fields });
}
