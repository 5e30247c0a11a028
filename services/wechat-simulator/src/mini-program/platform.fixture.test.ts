import { createSimulator, type SimulatedApp, type SimulatedMerchant, type Simulator } from '../index.ts';
import {
  appId,
  callJson,
  createReceiver,
  newOutTradeNo,
  openId,
  type Receiver,
  testMerchant,
} from '../wechat-simulator.fixture.test.ts';

export const second = 1_000;
export const minute = 60 * second;
export const day = 24 * 60 * minute;

/** An answer of api.weixin.qq.com, parsed; `text` and `type` as they came. */
export interface WechatAnswer extends Readonly<Record<string, unknown>> {
  readonly errcode?: number;
}

/** A simulator with an app's access_token, and a server that takes its pushes and notifications. */
export interface Platform {
  readonly simulator: Simulator;
  readonly receiver: Receiver;
  /** Calls an API with the token; a GET has its parameters in the query. */
  post(path: string, body?: unknown): Promise<WechatAnswer>;
  get(path: string, query: Readonly<Record<string, string>>): Promise<WechatAnswer>;
  /** What was pushed, oldest first. */
  pushed(event?: string): Record<string, unknown>[];
  /** A paid order that nobody is told of; known to the shipping APIs at once. */
  pay(totalFen?: number): { outTradeNo: string; transactionId: string };
  close(): Promise<void>;
}

/** `push` in the app's settings has no url: it becomes that of the receiver. */
export async function createPlatform(
  app: SimulatedApp,
  others: readonly SimulatedApp[] = [],
  merchants: readonly SimulatedMerchant[] = [],
): Promise<Platform> {
  const receiver = await createReceiver(() => ({ status: 200, body: 'success' }));
  const push = app.push && { ...app.push, url: receiver.url };
  const apps = [{ ...app, ...(push && { push }) }, ...others];
  const simulator = await createSimulator({ merchants: [testMerchant, ...merchants], apps });
  simulator.faults.set({ variety: false, trade_visible_after_ms: 0, popup_answer: 'reject' });
  const ask = { grant_type: 'client_credential', appid: app.appId, secret: app.appSecret };
  // Each time anew: a token dies within two simulated hours.
  const toUrl = async (path: string): Promise<string> => {
    const { json } = await callJson('POST', `${simulator.uri}/cgi-bin/stable_token`, ask);
    return `${simulator.uri}${path}?access_token=${json.access_token}`;
  };
  const parse = (text: string): WechatAnswer => JSON.parse(text) as WechatAnswer;

  return {
    simulator,
    receiver,
    post: async (path, body = {}) => parse((await callJson('POST', await toUrl(path), body)).text),
    get: async (path, query) => {
      const parameters = new URLSearchParams({ ...query });
      return parse((await callJson('GET', `${await toUrl(path)}&${parameters}`)).text);
    },
    pushed: (event) =>
      receiver.received
        .map(({ body }) => JSON.parse(body) as Record<string, unknown>)
        .filter(({ Event }) => event === undefined || Event === event),
    pay: (totalFen = 1_880) => {
      const outTradeNo = newOutTradeNo();
      const buyer = { mchId: testMerchant.mchId, appId, openId };
      const order = { outTradeNo, totalFen, notifyUrl: receiver.url };
      const { transactionId } = simulator.payDirectly({ ...buyer, ...order }, { drop: 100 });
      return { outTradeNo, transactionId };
    },
    close: async () => {
      await simulator.close();
      await receiver.close();
    },
  };
}
