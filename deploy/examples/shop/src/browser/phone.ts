import { randomBytes } from 'node:crypto';

/**
 * Where WeChat's simulator is, which stands for the phone that a browser is not, and the mini-program that is open on
 * it. For trying the shop on one machine; a shop of yours has neither.
 */
export interface Phone {
  readonly simulatorUrl: string;
  readonly appId: string;
}

/** What wx.requestPayment takes, as merchant-api gave it. */
export type PaymentParameters = Readonly<Record<string, unknown>>;

const timeoutMs = 8_000;

/** A buyer whom WeChat has not seen before. */
export function newOpenId(): string {
  return `o${randomBytes(20).toString('base64url')}`;
}

/** wx.login: a code for POST /v1/sessions, or undefined where the simulator gives none. Never throws. */
export async function logIn({ simulatorUrl, appId }: Phone, openid: string): Promise<string | undefined> {
  try {
    const response = await fetch(new URL('/simulator/users/login', simulatorUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ appid: appId, openid }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const { code } = (await response.json()) as Record<string, unknown>;
    return typeof code === 'string' ? code : undefined;
  } catch {
    return undefined;
  }
}

/** wx.requestPayment: the page of the simulator on which the buyer pays or does not, and then comes `back`. */
export function toPaymentSheet(phone: Phone, payment: PaymentParameters, back: string): string {
  const url = new URL('/simulator/payment-sheet', phone.simulatorUrl);
  for (const [name, value] of Object.entries({ appId: phone.appId, ...payment, back })) {
    url.searchParams.set(name, String(value));
  }
  return url.href;
}
