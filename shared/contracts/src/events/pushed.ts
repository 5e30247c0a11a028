import { z } from 'zod';
import { appId } from '../ids.ts';

/** What every event of the message push (消息推送) has. */
export const pushed = {
  /** The app of the path; what a push itself names as its app is not trusted. */
  appId,
  /** CreateTime of the push, ISO 8601. */
  occurredAt: z.string().datetime(),
};

/** A number or code that WeChat gave, digit for digit. */
export const wechatId = z.string().min(1).max(128);
/** A state or code whose list WeChat may make longer, as it wrote it. */
export const wechatState = z.string().min(1).max(64);
/** A time that WeChat told, ISO 8601 in UTC. */
export const instant = z.string().datetime();
/** An amount in fen (分), nothing included. */
export const fen = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
/** Text that WeChat wrote for people to read, cut to its first 1,000 characters. */
export const prose = z.string().max(1_000);
/** Text that the merchant gave to WeChat and gets back. */
export const attach = z.string().max(4_096);
/** Env and env: 0 and 1. */
export const environment = z.enum(['live', 'sandbox']);
