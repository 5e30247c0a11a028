import { buildSignedNotification, makeTransaction, type TransactionToMake } from '@huidiao/wechat-simulator';
import { type Installation, testMerchant, toOrderRequest } from './installation.ts';

/** What a notification says of a payment, where it is not that of `toOrderRequest`'s order. */
export interface NotificationFacts extends Partial<TransactionToMake> {
  readonly outTradeNo: string;
  /** The same for every re-send. */
  readonly notificationId?: string;
}

/**
 * Sends the notification of a payment to the ingress, signed and encrypted anew, as WeChat Pay does each time.
 * @returns the status of the answer
 */
export async function sendNotification(
  installation: Installation,
  facts: NotificationFacts,
): Promise<number> {
  const { headers, body } = signNotification(installation, facts);
  const url = `http://127.0.0.1:${installation.ingressPort}/callbacks/wechat-pay/${testMerchant.mchId}`;
  const response = await fetch(url, { method: 'POST', headers: headers as Record<string, string>, body });
  await response.arrayBuffer();
  return response.status;
}

function signNotification(installation: Installation, { notificationId, ...facts }: NotificationFacts) {
  const { privateKey, serial } = installation.simulator.signingKey;
  const { amount, payer } = toOrderRequest(facts.outTradeNo);
  return buildSignedNotification({
    key: privateKey,
    serial,
    apiV3Key: installation.directory.merchants.get(testMerchant.mchId)?.apiV3Key ?? '',
    id: notificationId ?? `notification-of-${facts.outTradeNo}`,
    plaintext: makeTransaction({
      mchId: testMerchant.mchId,
      appId: testMerchant.appId,
      transactionId: toTransactionId(facts.outTradeNo),
      totalFen: amount.total,
      openId: payer.openid,
      // A buyer is not told of what was paid long ago.
      successTime: new Date().toISOString(),
      ...facts,
    }),
  });
}

/** 28 digits that the digits of the order number are the end of. */
export function toTransactionId(outTradeNo: string): string {
  return `42${outTradeNo.replaceAll(/\D/g, '').padStart(26, '0')}`;
}

/** The buyer of an order agrees to one message about it. */
export function grantMessage({ simulator }: Installation, outTradeNo: string): void {
  const { appId, templateId } = testMerchant;
  simulator.grant({ appId, openId: toOrderRequest(outTradeNo).payer.openid, templateId }, 1);
}
