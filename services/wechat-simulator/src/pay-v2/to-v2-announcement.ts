import { randomUUID } from 'node:crypto';
import { ControlRefusal } from '../control-refusal.ts';
import type { Announcement, Judgement } from '../delivery/notification.ts';
import type { Receipt } from '../delivery/post-message.ts';
import type { Faults } from '../faults.ts';
import type { Merchants } from '../pay/merchants.ts';
import type { Random } from '../random.ts';
import { compactXmlStyle, randomXmlStyle } from '../write-xml.ts';
import { buildV2Callback } from './build-v2-callback.ts';
import type { SignType } from './sign-fields.ts';
import { isV2TamperOf, type V2Tamper } from './v2-tamper.ts';

/** A callback of API v2 before it is signed or encrypted. */
export interface V2ToAnnounce {
  readonly mchId: string;
  readonly url: string;
  /** What it is called here and in the ledger. */
  readonly name: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly reqInfo?: Readonly<Record<string, string>> | undefined;
  readonly outTradeNo?: string | undefined;
  readonly resendIntervalsMs: readonly number[];
  /** Default: either, by chance. */
  readonly signType?: SignType | undefined;
  /** Whether sign_type is there. Default: by chance. */
  readonly namesSignType?: boolean | undefined;
  readonly tamper?: V2Tamper | undefined;
}

/** What of the simulator a callback of API v2 is made with. */
export interface V2Parts {
  readonly random: Random;
  readonly faults: Faults;
  readonly merchants: Merchants;
}

/**
 * Makes it ready for delivery. Throws ControlRefusal for a merchant that is not in the settings or has no APIv2 key,
 * and for a tamper that says nothing about such a callback.
 */
export function toV2Announcement({ random, faults, merchants }: V2Parts, wanted: V2ToAnnounce): Announcement {
  const { mchId, url, tamper } = wanted;
  const merchant = merchants.get(mchId);
  if (merchant === undefined) {
    throw new ControlRefusal(404, 'MERCHANT_UNKNOWN', `no merchant ${mchId} in the settings`);
  }
  const { apiV2Key } = merchant;
  if (apiV2Key === undefined) {
    throw new ControlRefusal(
      409,
      'API_V2_KEY_MISSING',
      `merchant ${mchId} has no api_v2_key in the settings`,
    );
  }
  if (tamper !== undefined && !isV2TamperOf(tamper, wanted.reqInfo !== undefined)) {
    throw new ControlRefusal(
      409,
      'TAMPER_DOES_NOT_APPLY',
      `${wanted.name} has nothing that ${tamper} is about`,
    );
  }
  const { variety } = faults.settings;
  // The same over all attempts: it is how the order was placed.
  const signType = wanted.signType ?? (variety ? random.pick(['MD5', 'HMAC-SHA256'] as const) : 'MD5');
  return {
    id: randomUUID(),
    channel: 'pay-v2',
    url,
    eventType: wanted.name,
    mchId,
    appId: undefined,
    outTradeNo: wanted.outTradeNo,
    resendIntervalsMs: wanted.resendIntervalsMs,
    compose: () => ({
      url,
      serial: '',
      message: buildV2Callback({
        ...wanted,
        apiV2Key,
        signType,
        namesSignType: wanted.namesSignType ?? (!variety || random.happens(0.5)),
        style: variety ? randomXmlStyle(random) : compactXmlStyle,
        random,
      }),
      judge: judgeV2,
    }),
  };
}

const acknowledgement =
  /^<xml><return_code>(<!\[CDATA\[SUCCESS\]\]>|SUCCESS)<\/return_code>(<return_msg>(<!\[CDATA\[(OK)?\]\]>|(OK)?)<\/return_msg>)?<\/xml>$/;

/**
 * Exactly `<xml><return_code>SUCCESS</return_code><return_msg>OK</return_msg></xml>`, with CDATA or without, nothing
 * before, between or after. https://pay.weixin.qq.com/wiki/doc/api/wxa/wxa_api.php?chapter=9_7
 */
export function judgeV2({ status, answer }: Extract<Receipt, { outcome: 'answered' }>): Judgement {
  if (status !== 200) return { isAccepted: false, problem: `the status is ${status}, not 200` };
  if (acknowledgement.test(answer)) return { isAccepted: true, problem: '' };
  return { isAccepted: false, problem: explain(answer) };
}

function explain(answer: string): string {
  if (acknowledgement.test(answer.replaceAll(/\s+(?=<)|(?<=>)\s+/g, ''))) {
    return 'there is white space between, before or after the tags';
  }
  if (/^\s*[{[]/.test(answer)) return 'the answer is JSON, not XML';
  if (/return_code/.test(answer)) return 'return_code is not SUCCESS';
  return 'the answer is no XML with return_code SUCCESS';
}
