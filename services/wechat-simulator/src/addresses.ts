import type { RegisteredCallback } from './events/event-spec.ts';
import type { OrderBook } from './pay/order-book.ts';
import type { SimulatorSettings } from './settings.ts';

/** Where callbacks go that no request named an address for: what consoles and registrations hold. */
export interface Addresses {
  /** The merchant platform's address. */
  ofConsole(mchId: string): string | undefined;
  /** The merchant platform's address, else the notify_url of the merchant's latest order. */
  ofMerchant(mchId: string): string | undefined;
  /** The merchant platform's address for API v2. */
  ofMerchantV2(mchId: string): string | undefined;
  setMerchant(mchId: string, addresses: { v3?: string | undefined; v2?: string | undefined }): void;
  /** What was registered by API for one kind of callback. */
  registered(mchId: string, callback: RegisteredCallback): string | undefined;
  /** Undefined takes the registration back. */
  register(mchId: string, callback: RegisteredCallback, url: string | undefined): void;
  ofApp(appId: string): string | undefined;
  setApp(appId: string, url: string): void;
}

/** Holds what the settings say until it is changed; registrations by API begin empty. */
export function createAddresses({ merchants, apps }: SimulatorSettings, orders: OrderBook): Addresses {
  const v3 = new Map(merchants.map(({ mchId, notifyUrl }) => [mchId, notifyUrl]));
  const v2 = new Map(merchants.map(({ mchId, notifyUrlV2 }) => [mchId, notifyUrlV2]));
  const pushes = new Map(apps.map(({ appId, push }) => [appId, push?.url]));
  const registrations = new Map<string, string>();

  return {
    ofConsole: (mchId) => v3.get(mchId),
    ofMerchant: (mchId) => v3.get(mchId) ?? orders.latestOf(mchId)?.notifyUrl,
    ofMerchantV2: (mchId) => v2.get(mchId),
    setMerchant: (mchId, addresses) => {
      if (addresses.v3 !== undefined) v3.set(mchId, addresses.v3);
      if (addresses.v2 !== undefined) v2.set(mchId, addresses.v2);
    },
    registered: (mchId, callback) => registrations.get(`${mchId}/${callback}`),
    register: (mchId, callback, url) => {
      if (url === undefined) registrations.delete(`${mchId}/${callback}`);
      else registrations.set(`${mchId}/${callback}`, url);
    },
    ofApp: (appId) => pushes.get(appId),
    setApp: (appId, url) => void pushes.set(appId, url),
  };
}
