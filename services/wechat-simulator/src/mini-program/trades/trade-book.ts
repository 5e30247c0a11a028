import { BoundedMap } from '../../bounded-map.ts';
import type { CombinedOrder, Order } from '../../pay/order-book.ts';
import type { SimulatedApp } from '../../settings.ts';

/** One parcel, or for goods that are not sent by express what stands for it. */
export interface Parcel {
  readonly trackingNo: string | undefined;
  readonly expressCompany: string | undefined;
  readonly itemDesc: string;
  readonly consignorContact: string | undefined;
  readonly receiverContact: string | undefined;
  /** Unix seconds. */
  readonly uploadTime: number;
}

/** What was uploaded about an order. */
export interface Shipping {
  /** 1 express, 2 same-city, 3 virtual, 4 pick-up. */
  readonly logisticsType: number;
  /** 1 unified, 2 split. */
  readonly deliveryMode: number;
  readonly parcels: readonly Parcel[];
  /** upload_time of the latest upload in milliseconds: one that is not newer changes nothing. */
  readonly uploadedAtMs: number;
  readonly isFinished: boolean;
  /** 0 not yet, 1 finished, 2 shipped anew and finished. */
  readonly finishCount: number;
}

/** A payment (支付单) under shipping management: its money is frozen until it is settled. Wall times in Unix seconds. */
export interface Trade {
  /** Counts up from 1. */
  readonly sequence: number;
  readonly appId: string;
  /** The payer in the app that was paid in. */
  readonly openId: string;
  readonly order: Order;
  /** The combined order that it is part of: it is shipped with that. */
  readonly combined: CombinedOrder | undefined;
  readonly transactionId: string;
  readonly payTime: number;
  /** Simulated milliseconds: before it no API knows the payment. */
  readonly visibleAtMs: number;
  shipping: Shipping | undefined;
  shippedTime: number | undefined;
  isReshipped: boolean;
  /** notify_confirm_receive was used. */
  isReceiptAsked: boolean;
  /** 特殊发货报备: a pre-sale, or a test that needs no shipping. */
  special: 'presale' | 'test' | undefined;
  isInComplaint: boolean;
  /** 1 by the user, 2 by itself. */
  receipt: { readonly method: 1 | 2; readonly time: number; isSettlementDue: boolean } | undefined;
  settlementTime: number | undefined;
  /** Calls the automatic receipt off. */
  cancelReceipt: () => void;
}

/** What WeChat holds about an app's trade management, and the pages that it opens. */
export interface AppTrade {
  isManaged: boolean;
  isConfirmed: boolean;
  hasShipped: boolean;
  /** It is asked daily to use the API. */
  isAskedDaily: boolean;
  msgJumpPath: string;
  orderDetailPath: string;
}

/** All payments under shipping management, the newest 20,000. */
export interface TradeBook {
  ofApp(appId: string): AppTrade;
  add(trade: Omit<Trade, 'sequence'>): void;
  findByTransaction(transactionId: string): Trade | undefined;
  /** By the mchid that took the payment, or the one below it. */
  findByNumber(mchId: string, outTradeNo: string): Trade | undefined;
  /** In the order of payment. */
  all(): Trade[];
}

const rememberedTrades = 20_000;

/** Without payments. `apps`: whether each is managed at first, and what its pages are. */
export function createTradeBook(apps: readonly SimulatedApp[]): TradeBook {
  const trades = new BoundedMap<string, Trade>(rememberedTrades);
  const byNumber = new BoundedMap<string, Trade>(2 * rememberedTrades);
  const appTrades = new Map(apps.map((app) => [app.appId, toAppTrade(app.trade)]));

  let sequence = 0;

  const ofApp = (appId: string): AppTrade => {
    const known = appTrades.get(appId) ?? toAppTrade(undefined);
    appTrades.set(appId, known);
    return known;
  };

  return {
    ofApp,
    add: (added) => {
      sequence += 1;
      const trade = { ...added, sequence };
      trades.set(trade.transactionId, trade);
      const { mchId, sub, outTradeNo } = trade.order;
      byNumber.set(`${mchId}/${outTradeNo}`, trade);
      if (sub !== undefined) byNumber.set(`${sub.mchId}/${outTradeNo}`, trade);
    },
    findByTransaction: (transactionId) => trades.get(transactionId),
    findByNumber: (mchId, outTradeNo) => byNumber.get(`${mchId}/${outTradeNo}`),
    all: () => trades.values(),
  };
}

function toAppTrade(trade: SimulatedApp['trade']): AppTrade {
  const { isManaged = false, isConfirmed = isManaged, hasShipped = true } = trade ?? {};
  return {
    isManaged,
    isConfirmed,
    hasShipped,
    isAskedDaily: false,
    msgJumpPath: '',
    orderDetailPath: '',
  };
}
