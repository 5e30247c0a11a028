import { type Clock, type Merchant, systemClock } from '@huidiao/contracts';
import { AppError, toAppError } from '@huidiao/errors';
import type { Metrics } from '@huidiao/runtime';
import { z } from 'zod';
import { createHttpAgents } from '../http/http-agents.ts';
import { measureRequest } from '../http/measure-request.ts';
import { createPayCaller } from './create-pay-caller.ts';
import type { PlatformKeys } from './platform-keys.ts';
import { type PayRequest, sendPayRequest } from './send-pay-request.ts';

/** Callbacks whose address is registered by API and nowhere else. */
export type RegisteredCallback = keyof typeof registeredCallbacks;

interface Registration {
  readonly label: string;
  readonly path: string;
  /** The member that holds the address. */
  readonly field: 'url' | 'notify_url';
  /** What goes with the address, and into the query, where the call names its merchant. */
  readonly namesMerchant: boolean;
  /** How an address that is registered is replaced; POST where the same call does both. */
  readonly replaceBy: 'POST' | 'PUT';
  readonly also?: Readonly<Record<string, unknown>>;
  /** Only for service providers (服务商), who are told of the merchants below them. */
  readonly forServiceProviders?: true;
}

/**
 * | what | page |
 * |---   |---   |
 * | complaint       | https://pay.weixin.qq.com/doc/v3/merchant/4012459014 |
 * | cash-coupon     | https://pay.weixin.qq.com/docs/merchant/apis/cash-coupons/call-back-url/set-callback.html |
 * | merchant-coupon | https://pay.weixin.qq.com/doc/v3/merchant/4012465507 |
 * | violation       | https://pay.weixin.qq.com/doc/v3/partner/4012471330 |
 */
export const registeredCallbacks = {
  complaint: {
    label: '消费者投诉通知',
    path: '/v3/merchant-service/complaint-notifications',
    field: 'url',
    namesMerchant: false,
    replaceBy: 'PUT',
  },
  'cash-coupon': {
    label: '代金券核销通知',
    path: '/v3/marketing/favor/callbacks',
    field: 'notify_url',
    namesMerchant: true,
    replaceBy: 'POST',
    also: { switch: true },
  },
  'merchant-coupon': {
    label: '商家券事件通知',
    path: '/v3/marketing/busifavor/callbacks',
    field: 'notify_url',
    namesMerchant: true,
    replaceBy: 'POST',
  },
  violation: {
    label: '商户违规通知',
    path: '/v3/merchant-risk-manage/violation-notifications',
    field: 'notify_url',
    namesMerchant: false,
    replaceBy: 'PUT',
    forServiceProviders: true,
  },
} as const satisfies Record<string, Registration>;

/** What one merchant has registered by API. Every answer is verified; every failure is an AppError. */
export interface CallbackRegistrations {
  /** The address that is registered; undefined where there is none. @throws AppError WECHAT_* */
  find(callback: RegisteredCallback): Promise<string | undefined>;
  /**
   * Registers an address, or replaces the one that is registered. Repeating it is safe.
   * @param registered what `find` gave
   * @throws AppError WECHAT_*
   */
  put(callback: RegisteredCallback, address: string, registered: string | undefined): Promise<void>;
  close(): void;
}

export interface CallbackRegistrationsOptions {
  readonly merchant: Merchant;
  readonly keys: PlatformKeys;
  /** https://api.mch.weixin.qq.com */
  readonly baseUrl: string;
  /** Of one call; default 5 s. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
  readonly metrics: Metrics;
}

/** Which of them a merchant can register. */
export function callbacksToRegister(merchant: Pick<Merchant, 'isServiceProvider'>): RegisteredCallback[] {
  const entries = Object.entries<Registration>(registeredCallbacks) as [RegisteredCallback, Registration][];
  return entries
    .filter(([, { forServiceProviders }]) => forServiceProviders !== true || merchant.isServiceProvider)
    .map(([name]) => name);
}

/** @see CallbackRegistrations @throws AppError CONFIG_INVALID on a private key that cannot be used */
export function createCallbackRegistrations(options: CallbackRegistrationsOptions): CallbackRegistrations {
  const { merchant, timeoutMs = 5_000, clock = systemClock, metrics } = options;
  const agents = createHttpAgents();
  const caller = createPayCaller({ ...options, timeoutMs, clock, agents });
  const send = (request: PayRequest): Promise<unknown> =>
    measureRequest(metrics, request.api, () => sendPayRequest(caller, request));

  return {
    async find(callback) {
      const { path, field, namesMerchant } = registeredCallbacks[callback];
      const query = namesMerchant ? `?mchid=${merchant.mchId}` : '';
      try {
        const json = await send({ api: 'find-callback-address', method: 'GET', path: `${path}${query}` });
        return toAddress(json, field);
      } catch (error) {
        if (toAppError(error).code === 'WECHAT_NOT_FOUND') return undefined;
        throw error;
      }
    },
    async put(callback, address, registered) {
      const registration: Registration = registeredCallbacks[callback];
      const { path, field, namesMerchant, also } = registration;
      const method = registered === undefined ? 'POST' : registration.replaceBy;
      const body = { ...(namesMerchant ? { mchid: merchant.mchId } : {}), [field]: address, ...also };
      const taken = toAddress(await send({ api: 'put-callback-address', method, path, body }), field);
      if (taken === undefined || taken === address) return;
      throw new AppError('WECHAT_SYSTEM_ERROR', { details: { reason: 'another_address_was_taken' } });
    },
    close: () => agents.close(),
  };
}

/** An empty address is none. */
function toAddress(json: unknown, field: 'url' | 'notify_url'): string | undefined {
  const parsed = z.looseObject({ [field]: z.string().max(2_048).nullish() }).safeParse(json);
  if (!parsed.success) {
    throw new AppError('WECHAT_SYSTEM_ERROR', { details: { reason: 'answer_not_understood' } });
  }
  const address = parsed.data[field];
  return typeof address === 'string' && address !== '' ? address : undefined;
}
