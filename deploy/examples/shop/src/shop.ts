import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { type BrowserAnswer, createBrowserShop } from './browser/browser-shop.ts';
import { lookAgainSource } from './browser/look-again-script.ts';
import type { Phone } from './browser/phone.ts';
import { catalogue } from './catalogue.ts';
import { checkOut } from './check-out.ts';
import { createGoodsLedger, type DeliveredOrder } from './goods-ledger.ts';
import type { MerchantApi } from './merchant-api.ts';
import { readBody } from './read-body.ts';
import { takeWebhook, type WebhookAnswer } from './take-webhook.ts';

export interface ShopOptions {
  /** `whsec_` + base64, as the merchant configuration has it under shop.webhook_secrets. */
  readonly webhookSecret: string;
  /** Default 0: any free port. */
  readonly port?: number;
  readonly host?: string;
  /** For POST /checkout, by which the mini-program buys; without it there is none. */
  readonly merchantApi?: MerchantApi | undefined;
  /** With it there are pages for a browser, in place of the mini-program. */
  readonly phone?: Phone | undefined;
  /** Offers POST /faults, so that a test can make another process's shop fail. Default false. */
  readonly allowFaults?: boolean;
}

/** Answers to give in place of working, to the next requests. */
export interface ShopFault {
  readonly status: number;
  readonly times: number;
  /** Seconds in a Retry-After header. */
  readonly retryAfterSeconds?: number | undefined;
}

/** What GET /ledger answers. */
export interface ShopLedger {
  /** POSTs to /webhooks/huidiao, failed ones included. */
  readonly requests: number;
  /** How many of them ended in each way. */
  readonly outcomes: Readonly<Partial<Record<WebhookAnswer['outcome'] | 'fault' | 'too-large', number>>>;
  /** How many different webhooks had an effect. */
  readonly webhook_ids: number;
  /** Goods delivered, oldest first: one entry per delivery, so an order delivered twice is here twice. */
  readonly orders: readonly DeliveredOrder[];
  readonly unmatched: readonly unknown[];
}

export interface Shop {
  readonly uri: string;
  readonly port: number;
  /** Where webhooks go: shop.webhook_url. */
  readonly webhookUrl: string;
  ledger(): ShopLedger;
  fail(fault: ShopFault): void;
  close(): Promise<void>;
}

const webhookPath = '/webhooks/huidiao';
const largestBodyBytes = 64 * 1_024;

/** Starts a shop that delivers goods when a webhook tells it that an order is paid. Throws on a bad secret. */
export async function createShop(options: ShopOptions): Promise<Shop> {
  const verifier = new Webhook(options.webhookSecret);
  const goods = createGoodsLedger();
  const outcomes: Partial<Record<keyof ShopLedger['outcomes'], number>> = {};
  let requests = 0;
  let fault: ShopFault = { status: 200, times: 0 };

  const count = (outcome: keyof ShopLedger['outcomes']): void => {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  };

  const ledger = (): ShopLedger => ({
    requests,
    outcomes: { ...outcomes },
    webhook_ids: goods.webhookIds,
    orders: [...goods.orders],
    unmatched: [...goods.unmatched],
  });

  const receiveWebhook = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests += 1;
    const body = await readBody(request, largestBodyBytes);
    if (fault.times > 0) {
      fault = { ...fault, times: fault.times - 1 };
      count('fault');
      if (fault.retryAfterSeconds !== undefined) response.setHeader('retry-after', fault.retryAfterSeconds);
      return answer(response, fault.status, { outcome: 'fault' });
    }
    if (body === undefined) {
      count('too-large');
      return answer(response.setHeader('connection', 'close'), 413, { outcome: 'too-large' });
    }
    const taken = takeWebhook(verifier, request.headers, body, goods);
    count(taken.outcome);
    answer(response, taken.status, { outcome: taken.outcome });
  };

  const setFault = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const wanted = toFault((await readBody(request, largestBodyBytes)) ?? Buffer.alloc(0));
    if (wanted === undefined)
      return answer(response, 400, { wanted: '{ status, times, retryAfterSeconds? }' });
    fault = wanted;
    answer(response, 200, wanted);
  };

  const takeCheckout = async (
    merchantApi: MerchantApi,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const body = await readBody(request, largestBodyBytes);
    if (body === undefined) {
      return answer(response.setHeader('connection', 'close'), 413, { code: 'BODY_TOO_LARGE' });
    }
    const answered = await checkOut(merchantApi, request.headers.authorization, parseJson(body));
    answer(response, answered.status, answered.body);
  };

  const { merchantApi, phone } = options;
  const browserShop = merchantApi && phone && createBrowserShop({ merchantApi, phone, goods });

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url?.split('?', 1)[0];
    if (path === webhookPath && request.method === 'POST') return receiveWebhook(request, response);
    if (path === '/goods' && request.method === 'GET') return answer(response, 200, { goods: catalogue });
    if (path === '/checkout' && request.method === 'POST' && merchantApi !== undefined)
      return takeCheckout(merchantApi, request, response);
    if (path === '/ledger' && request.method === 'GET') return answer(response, 200, ledger());
    if (path === '/faults' && request.method === 'POST' && options.allowFaults)
      return setFault(request, response);
    const page = await browserShop?.answer(request);
    if (page !== undefined) return answerPage(response, page);
    answer(response, 404, { see: [`POST ${webhookPath}`, 'GET /goods', 'GET /ledger'] });
  };

  const server = createServer((request, response) => {
    route(request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else answer(response, 500, { outcome: 'failed' });
    });
  });
  const host = options.host ?? '127.0.0.1';
  const port = await listen(server, options.port ?? 0, host);
  const uri = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`;
  return {
    uri,
    port,
    webhookUrl: `${uri}${webhookPath}`,
    ledger,
    fail: (wanted) => {
      fault = wanted;
    },
    close: () => closeServer(server),
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function answerPage(response: ServerResponse, page: BrowserAnswer): void {
  if ('location' in page) return void response.writeHead(303, { location: page.location }).end();
  response.writeHead(page.status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': `default-src 'none'; script-src ${lookAgainSource}; style-src 'unsafe-inline'; frame-ancestors 'none'`,
  });
  response.end(page.html);
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function toFault(body: Buffer): ShopFault | undefined {
  try {
    const { status, times, retryAfterSeconds } = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
    if (!Number.isInteger(status) || !Number.isInteger(times)) return undefined;
    if (Number(status) < 200 || Number(status) > 599) return undefined;
    const seconds = typeof retryAfterSeconds === 'number' ? retryAfterSeconds : undefined;
    return { status: Number(status), times: Number(times), retryAfterSeconds: seconds };
  } catch {
    return undefined;
  }
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
