import { createSimulator, type DirectPayment, type Simulator, type SimulatorSettings } from '../index.ts';
import {
  type Answer,
  appId,
  callJson,
  callPay,
  createReceiver,
  newOutTradeNo,
  openId,
  openResource,
  prepayBody,
  type Received,
  type Receiver,
  type ReceiverAnswer,
  testMerchant,
} from '../wechat-simulator.fixture.test.ts';

export const { mchId } = testMerchant;
export const second = 1_000;
export const minute = 60 * second;
export const day = 24 * 60 * minute;
/** What `pay` takes of a buyer who is asked for nothing else. */
export const totalFen = 1_000;

/** WeChat Pay with one merchant, and the server at that merchant's notify_url. */
export interface PayPlatform {
  readonly simulator: Simulator;
  readonly receiver: Receiver;
  /** Signed calls of the merchant; the path begins after /v3. */
  post(path: string, body: object): Promise<Answer>;
  get(path: string): Promise<Answer>;
  /** A POST to the control API; the path begins after /simulator. */
  control(path: string, body: object): Promise<Answer>;
  /** An order by JSAPI that nobody has paid. */
  prepay(change?: Record<string, unknown>): Promise<{ outTradeNo: string; prepayId: string }>;
  /** A payment that was prepaid elsewhere and that nobody is told of; gives its out_trade_no. */
  pay(payment?: Partial<DirectPayment>): string;
  /** What the merchant was told, oldest first, opened with its key. */
  told(): { type: string; resource: Record<string, unknown> }[];
  close(): Promise<void>;
}

/** The merchant's server answers 204, unless `respond` says what. */
export async function createPayPlatform(
  settings: Partial<SimulatorSettings> = {},
  respond: () => ReceiverAnswer | undefined = () => 204,
): Promise<PayPlatform> {
  const receiver = await createReceiver(respond);
  const simulator = await createSimulator({ merchants: [testMerchant], ...settings });
  const post = (path: string, body: object): Promise<Answer> =>
    callPay(simulator.uri, 'POST', `/v3${path}`, body);
  return {
    simulator,
    receiver,
    post,
    get: (path) => callPay(simulator.uri, 'GET', `/v3${path}`),
    control: (path, body) => callJson('POST', `${simulator.uri}/simulator${path}`, body),
    prepay: async (change) => {
      const body = prepayBody(receiver.url, change);
      const { json } = await post('/pay/transactions/jsapi', body);
      return { outTradeNo: String(body.out_trade_no), prepayId: json.prepay_id };
    },
    pay: (payment) => {
      const outTradeNo = newOutTradeNo();
      const order = { mchId, appId, openId, outTradeNo, totalFen, notifyUrl: receiver.url };
      return simulator.payDirectly({ ...order, ...payment }, { drop: 100 }).outTradeNo;
    },
    told: () => receiver.received.map(openNotification),
    close: async () => {
      await simulator.close();
      await receiver.close();
    },
  };
}

/** `404 ORDER_NOT_EXIST`, or the status alone of what has no code. */
export function outcomeOf({ status, json }: Answer): string {
  return `${status} ${json?.code ?? ''}`.trim();
}

function openNotification({ body }: Received): { type: string; resource: Record<string, unknown> } {
  const { event_type: type, resource } = JSON.parse(body) as {
    event_type: string;
    resource: Parameters<typeof openResource>[0];
  };
  const opened = JSON.parse(openResource(resource, testMerchant.apiV3Key)) as Record<string, unknown>;
  return { type, resource: opened };
}
