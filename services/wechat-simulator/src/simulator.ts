import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from './app.ts';
import type { SimulatedClock } from './clock.ts';
import { type Context, createContext } from './context.ts';
import type { Faults } from './faults.ts';
import { type LedgerView, toLedgerView } from './ledger-view.ts';
import type { GrantKey } from './mini-program/message-book.ts';
import { buildSignedNotification, type NotificationToBuild } from './pay/build-signed-notification.ts';
import type { Deliveries, Notification } from './pay/notification.ts';
import {
  type DirectPayment,
  type Payment,
  payByBuyer,
  payDirectly,
  type RequestPayment,
  refundAtConsole,
} from './pay/pay-order.ts';
import {
  type Certificate,
  keysOfMode,
  makeCertificate,
  makePublicKey,
  type PublicKey,
  type PublishedKeys,
  type SigningKey,
} from './pay/platform-keys.ts';
import { postNotification, type Receipt } from './pay/post-notification.ts';
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
export interface Simulator {
  /** http://127.0.0.1:port, the base of both WeChat Pay's and the mini-program's APIs. */
  readonly uri: string;
  readonly port: number;
  /** What a merchant downloads to verify with, in PEM with ids and serials. */
  readonly platform: PublishedKeys;
  /** The key that signs, for building notifications by hand. */
  readonly signingKey: SigningKey;
  readonly clock: SimulatedClock;
  readonly faults: Faults;
  ledger(outTradeNo?: string): LedgerView;
  /** The buyer confirms a wx.requestPayment; the notification follows by itself. Throws ControlRefusal. */
  pay(request: RequestPayment, deliveries?: Deliveries): Payment;
  /** A payment of an order that was not prepaid here. Throws ControlRefusal. */
  payDirectly(payment: DirectPayment, deliveries?: Deliveries): Payment;
  /** The merchant refunds in its console: a query then says REFUND. Throws ControlRefusal. */
  refundAtConsole(mchId: string, outTradeNo: string): void;
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
    platform: context.platformKeys.published,
    signingKey: context.platformKeys.forNotification(1),
    clock,
    faults: context.faults,
    ledger: (outTradeNo) => toLedgerView(context, outTradeNo),
    pay: (request, deliveries) => payByBuyer(context, request, deliveries),
    payDirectly: (payment, deliveries) => payDirectly(context, payment, deliveries),
    refundAtConsole: (mchId, outTradeNo) => refundAtConsole(context, mchId, outTradeNo),
    resend: (id) => context.delivery.resend(id),
    sendNotification: (notification) => sendByHand(context, notification),
    grant: (key, count) => context.messages.grant(key, count),
    revokeToken: (appId) => context.tokens.revoke(appId),
    close: async () => {
      await context.close();
      await closeServer(server);
      // A fault of the simulator itself must not pass for one of whoever it tests.
      if (faults.length > 0) throw new AggregateError(faults, 'the simulator failed');
    },
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
  return postNotification(url, signed, { limitMs: context.settings.answerLimitMs });
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
