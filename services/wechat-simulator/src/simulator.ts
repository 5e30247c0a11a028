import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from './app.ts';
import type { BillChange } from './bill/bill-book.ts';
import type { SimulatedClock } from './clock.ts';
import { type Context, createContext } from './context.ts';
import type { EventReceipt } from './delivery/event-receipt.ts';
import type { Deliveries, Notification } from './delivery/notification.ts';
import { postMessage, type Receipt } from './delivery/post-message.ts';
import type { Faults } from './faults.ts';
import { type LedgerView, toLedgerView } from './ledger-view.ts';
import { answerPopup, type Buyer, type PopupAnswer, refuseTemplate } from './mini-program/consents.ts';
import type { GrantKey } from './mini-program/message-book.ts';
import { type TradeActions, toTradeActions } from './mini-program/trades/trade-actions.ts';
import { toUserActions, type UserActions } from './mini-program/user-actions.ts';
import { buildSignedNotification, type NotificationToBuild } from './pay/build-signed-notification.ts';
import { type CombinedPayment, type DirectPayment, payCombined, payDirectly } from './pay/pay-directly.ts';
import { payByBuyer, payByScan, type RequestPayment } from './pay/pay-order.ts';
import {
  type Certificate,
  keysOfMode,
  makeCertificate,
  makePublicKey,
  type PublicKey,
  type PublishedKeys,
  type SigningKey,
} from './pay/platform-keys.ts';
import type { Refund } from './pay/refund-book.ts';
import { announceEvent, type EventToSend, sendEvent } from './pay/send-event.ts';
import type { Payment } from './pay/settle-payment.ts';
import {
  type ConsoleRefund,
  findAndSettle,
  type RefundCourse,
  refundAtConsole,
} from './pay/settle-refund.ts';
import { startPaying } from './pay/start-paying.ts';
import { announceV2, sendV2, type V2ToSend } from './pay-v2/send-v2.ts';
import { type AddressCheck, checkPushAddress } from './push/check-push-address.ts';
import { announcePush, type PushToSend, sendPush } from './push/send-push.ts';
import { defaultSettings, type PlatformSettings, type SimulatorSettings } from './settings.ts';

/** A notification sent once by hand, with what may be wrong about it. Keys are the simulator's own. */
export interface HandSentNotification
  extends Partial<Omit<NotificationToBuild, 'plaintext'>>,
    Pick<NotificationToBuild, 'plaintext'> {
  readonly url: string;
  /** Whose APIv3 key encrypts it. */
  readonly mchId: string;
}

/** A simulated WeChat within the process, for tests. Close it. */
export interface Simulator extends UserActions, TradeActions {
  /** http://127.0.0.1:port, the base of both WeChat Pay's and the mini-program's APIs. */
  readonly uri: string;
  readonly port: number;
  /** What a merchant downloads to verify with, in PEM with ids and serials, as of now. */
  readonly platform: PublishedKeys;
  /** The key that signs, for building notifications by hand. */
  readonly signingKey: SigningKey;
  readonly clock: SimulatedClock;
  readonly faults: Faults;
  ledger(outTradeNo?: string): LedgerView;
  /** The buyer confirms a wx.requestPayment; the notification follows by itself. Throws ControlRefusal. */
  pay(request: RequestPayment, deliveries?: Deliveries): Payment;
  /** The buyer scans the code_url of a Native order. Throws ControlRefusal. */
  payByScan(scan: { codeUrl: string; openId?: string }, deliveries?: Deliveries): Payment;
  /** A payment of an order that was not prepaid here, of a service provider's merchant too. Throws ControlRefusal. */
  payDirectly(payment: DirectPayment, deliveries?: Deliveries): Payment;
  /** A combined payment (合单) of up to 50 orders, announced as one. Throws ControlRefusal. */
  payCombined(payment: CombinedPayment, deliveries?: Deliveries): Payment;
  /**
   * The merchant refunds in its console: a query then says REFUND. Announced where there is an address for it.
   * Throws ControlRefusal.
   */
  refundAtConsole(
    mchId: string,
    outTradeNo: string,
    refund?: ConsoleRefund,
  ): { refund: Refund; notification: Notification | undefined };
  /** A refund takes its course, and is announced: ABNORMAL may become SUCCESS later. Throws ControlRefusal. */
  settleRefund(
    mchId: string,
    outRefundNo: string,
    course: RefundCourse,
    deliveries?: Deliveries,
  ): Notification | undefined;
  /** The buyer is about to pay: closing the order gets FREQUENCY_LIMITED, for 30 s by default. Throws ControlRefusal. */
  startPaying(order: { mchId: string; outTradeNo: string; forMs?: number }): void;
  /** What the merchant has left to refund with, in fen, from now on counted; undefined: enough for everything. */
  setBalance(mchId: string, balanceFen: number | undefined): void;
  /**
   * A day's bill (yyyy-mm-dd, Beijing) is to differ from what happened here: lines of other tills, lines that are
   * missing, other amounts, or any number of synthetic lines, which are made while the bill is downloaded.
   */
  changeBill(mchId: string, billDate: string, change: BillChange): void;
  /** Sends an event of API v3 by its name, once and past all faults. Throws ControlRefusal. */
  sendEvent(name: string, event?: EventToSend): Promise<EventReceipt>;
  /** The same with re-sends, faults and deliveries. */
  announceEvent(name: string, event?: EventToSend, deliveries?: Deliveries): Notification;
  /** Sends a callback of API v2 by its name, once and past all faults. Throws ControlRefusal. */
  sendV2(name: string, callback?: V2ToSend): Promise<EventReceipt>;
  announceV2(name: string, callback?: V2ToSend, deliveries?: Deliveries): Notification;
  /** Pushes an event or message of a mini-program by its name, once and past all faults. Throws ControlRefusal. */
  sendPush(name: string, push?: PushToSend): Promise<EventReceipt>;
  announcePush(name: string, push?: PushToSend, deliveries?: Deliveries): Notification;
  /** The console saves an address of the message push: it is asked by GET, and kept only if it answers right. */
  checkPushAddress(wanted: { appId: string; url: string; token?: string }): Promise<AddressCheck>;
  /** What the merchant platform has as addresses: console refunds, profit sharing, API v2. */
  setMerchantAddresses(mchId: string, addresses: { v3?: string; v2?: string }): void;
  /** The buyer answers the popup about messages, which is pushed. Throws ControlRefusal. */
  answerPopup(answer: Buyer & { answers: readonly PopupAnswer[] }, deliveries?: Deliveries): Notification;
  /** The buyer switches a template off in WeChat's settings, which is pushed. Throws ControlRefusal. */
  refuseTemplate(key: GrantKey, deliveries?: Deliveries): Notification;
  /** A further platform certificate is in force from now on; gives its serial. */
  renewCertificate(certificate?: Certificate): string;
  /** The oldest platform certificate is in force no more. */
  retireOldestCertificate(): void;
  /** One more attempt now, whatever its state. */
  resend(notificationId: string): Promise<Notification | undefined>;
  /** Builds, perhaps tampers with, and POSTs one notification, once; nothing is re-sent. */
  sendNotification(notification: HandSentNotification): Promise<Receipt>;
  /** The buyer agrees to messages of a template. */
  grant(key: GrantKey, count: number): void;
  /** The access_token in force becomes worthless, as if another system had replaced it. */
  revokeToken(appId: string): void;
  close(): Promise<void>;
}

/** Making an RSA key takes up to a second, and a test file starts many simulators: see withMadeKeys. */
const madeKeys: { publicKey?: PublicKey; certificates: Certificate[] } = { certificates: [] };

/**
 * Starts a simulated WeChat on a free port and takes notify_urls on this machine. Platform keys that are not
 * given are made once per process: two simulators in one process sign with the same. `host`: the address to
 * listen on, 127.0.0.1 by default.
 */
export async function createSimulator({
  host = '127.0.0.1',
  ...settings
}: Partial<SimulatorSettings> & { host?: string } = {}): Promise<Simulator> {
  const complete = { ...defaultSettings, allowPrivateNotifyHosts: true, ...settings };
  const context = createContext({ ...complete, platform: withMadeKeys(complete.platform) });
  const faults: unknown[] = [];
  const server = createServer(createApp(context, (error) => faults.push(error)));
  const port = await listen(server, host);
  const { clock } = context;

  return {
    uri: `http://127.0.0.1:${port}`,
    port,
    get platform() {
      return context.platformKeys.published;
    },
    signingKey: context.platformKeys.forNotification(1),
    clock,
    faults: context.faults,
    ledger: (outTradeNo) => toLedgerView(context, outTradeNo),
    ...toActions(context),
    close: async () => {
      await context.close();
      await closeServer(server);
      // A fault of the simulator itself must not pass for one of whoever it tests.
      if (faults.length > 0) throw new AggregateError(faults, 'the simulator failed');
    },
  };
}

type State = 'uri' | 'port' | 'platform' | 'signingKey' | 'clock' | 'faults' | 'ledger' | 'close';

function toActions(context: Context): Omit<Simulator, State> {
  return {
    pay: (request, deliveries) => payByBuyer(context, request, deliveries),
    payByScan: (scan, deliveries) => payByScan(context, scan, deliveries),
    payDirectly: (payment, deliveries) => payDirectly(context, payment, deliveries),
    payCombined: (payment, deliveries) => payCombined(context, payment, deliveries),
    refundAtConsole: (mchId, outTradeNo, refund) => refundAtConsole(context, mchId, outTradeNo, refund),
    settleRefund: (mchId, outRefundNo, course, deliveries) =>
      findAndSettle(context, { mchId, outRefundNo, course, deliveries }),
    startPaying: (order) => startPaying(context, order),
    setBalance: (mchId, balanceFen) => context.balances.set(mchId, balanceFen),
    changeBill: (mchId, billDate, change) => context.bills.change(mchId, billDate, change),
    sendEvent: (name, event) => sendEvent(context, name, event),
    announceEvent: (name, event, deliveries) => announceEvent(context, name, event, deliveries),
    sendV2: (name, callback) => sendV2(context, name, callback),
    announceV2: (name, callback, deliveries) => announceV2(context, name, callback, deliveries),
    sendPush: (name, push) => sendPush(context, name, push),
    announcePush: (name, push, deliveries) => announcePush(context, name, push, deliveries),
    checkPushAddress: (wanted) => checkPushAddress(context, wanted),
    setMerchantAddresses: (mchId, addresses) => context.addresses.setMerchant(mchId, addresses),
    answerPopup: (answer, deliveries) => answerPopup(context, answer, deliveries),
    refuseTemplate: (key, deliveries) => refuseTemplate(context, key, deliveries),
    renewCertificate: (certificate) => context.platformKeys.renew(certificate),
    retireOldestCertificate: () => context.platformKeys.retireOldest(),
    resend: (id) => context.delivery.resend(id),
    sendNotification: (notification) => sendByHand(context, notification),
    ...toUserActions(context),
    ...toTradeActions(context),
    grant: (key, count) => context.messages.grant(key, count),
    revokeToken: (appId) => context.tokens.revoke(appId),
  };
}

/** Adds the keys that the mode needs and the settings lack. */
function withMadeKeys(platform: PlatformSettings): PlatformSettings {
  const { publicKeys, certificates } = keysOfMode[platform.mode ?? 'public_key'];
  if (publicKeys > 0) madeKeys.publicKey ??= makePublicKey();
  while (madeKeys.certificates.length < certificates) madeKeys.certificates.push(makeCertificate());
  return { ...madeKeys, ...platform };
}

async function sendByHand(
  context: Context,
  { url, mchId, ...wanted }: HandSentNotification,
): Promise<Receipt> {
  const merchant = context.merchants.get(mchId);
  if (merchant === undefined) throw new Error(`merchant ${mchId} is not in the settings`);
  const key = context.platformKeys.forNotification(context.faults.settings.migration_share);
  const signed = buildSignedNotification({
    key: key.privateKey,
    serial: key.serial,
    apiV3Key: merchant.apiV3Key,
    ...wanted,
  });
  return postMessage(url, signed, { limitMs: context.settings.answerLimitMs });
}

function listen(server: Server, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
