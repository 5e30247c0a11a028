import { randomBytes } from 'node:crypto';
import type { WireMessage } from '../delivery/post-message.ts';
import { createRandom, type Random } from '../random.ts';
import { compactXmlStyle, writeXml, type XmlStyle } from '../write-xml.ts';
import { encryptReqInfo } from './encrypt-req-info.ts';
import { type SignType, signFields } from './sign-fields.ts';
import { tamperWithV2, type V2Tamper } from './v2-tamper.ts';

/** A callback of API v2 before it is signed, or its req_info encrypted, and written. */
export interface V2CallbackToBuild {
  /** APIv2密钥. */
  readonly apiV2Key: string;
  /** Without nonce_str, sign and sign_type. */
  readonly fields: Readonly<Record<string, string>>;
  /** What req_info holds; such a callback is not signed. */
  readonly reqInfo?: Readonly<Record<string, string>> | undefined;
  /** Default MD5. */
  readonly signType?: SignType | undefined;
  /** Whether sign_type says which; WeChat leaves it out for HMAC-SHA256 too. Default true. */
  readonly namesSignType?: boolean | undefined;
  readonly nonce?: string | undefined;
  readonly style?: XmlStyle | undefined;
  readonly random?: Random | undefined;
  /** What is wrong with it; everything else stays right. */
  readonly tamper?: V2Tamper | undefined;
}

/** Writes it as WeChat Pay does: a flat `<xml>` whose text is in CDATA. Pure but for the nonce. */
export function buildV2Callback(wanted: V2CallbackToBuild): WireMessage {
  const tamper = tamperWithV2(wanted.tamper);
  const style = wanted.style ?? compactXmlStyle;
  const random = wanted.random ?? createRandom(1);
  const { apiV2Key, fields, reqInfo } = tamper.draft({
    apiV2Key: wanted.apiV2Key,
    fields: { ...wanted.fields, nonce_str: wanted.nonce ?? randomBytes(16).toString('hex') },
    reqInfo: wanted.reqInfo && writeXml('root', wanted.reqInfo, { ...style, spaces: true }, random),
  });
  const members =
    reqInfo === undefined
      ? toSigned(fields, apiV2Key, wanted)
      : { ...fields, req_info: encryptReqInfo(reqInfo, apiV2Key) };
  const xml = writeXml('xml', tamper.members(members), style, random);
  return { headers: { 'Content-Type': 'text/xml', 'User-Agent': 'Mozilla/4.0' }, body: tamper.body(xml) };
}

function toSigned(
  fields: Readonly<Record<string, string>>,
  apiV2Key: string,
  { signType = 'MD5', namesSignType = true }: V2CallbackToBuild,
): Record<string, string> {
  const complete = { ...fields, ...(namesSignType && { sign_type: signType }) };
  return { ...complete, sign: signFields(complete, apiV2Key, signType) };
}
