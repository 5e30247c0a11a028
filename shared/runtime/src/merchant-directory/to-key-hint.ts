/** Names of other SDKs and of older pages for what has one name here. */
const otherNames: Readonly<Record<string, string>> = {
  merchantid: 'mchid',
  serial: 'merchant_serial_no',
  serialno: 'merchant_serial_no',
  certserialno: 'merchant_serial_no',
  mchserialno: 'merchant_serial_no',
  privatekey: 'merchant_private_key_file',
  privatekeyfile: 'merchant_private_key_file',
  apiclientkey: 'merchant_private_key_file',
  keypath: 'merchant_private_key_file',
  apikey: 'api_v3_key',
  apiv3secret: 'api_v3_key',
  publickey: 'wechatpay_public_keys',
  wechatpaypublickey: 'wechatpay_public_keys',
  publickeyid: 'wechatpay_public_keys',
  platformcerts: 'platform_certificates',
  platformcertificate: 'platform_certificates',
  appid: 'appids',
  secret: 'app_secret',
  appsecret: 'app_secret',
};

/** What somebody probably meant by a key that is none of the known ones of its place. */
export function toKeyHint(key: string, known: readonly string[]): string {
  const plain = toPlain(key);
  const meant =
    known.find((name) => toPlain(name) === plain) ??
    known.find((name) => name === otherNames[plain]) ??
    known.find((name) => isNear(toPlain(name), plain));
  return meant === undefined ? `known here: ${known.join(', ')}` : `did you mean ${meant}?`;
}

function toPlain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/** Whether at most two letters were added, left out or changed (Levenshtein's distance). */
function isNear(left: string, right: string): boolean {
  if (Math.abs(left.length - right.length) > 2 || left.length < 4) return false;
  let row = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...left].entries()) {
    const above = row;
    row = [index + 1];
    for (const [column, other] of [...right].entries()) {
      const changed = (above[column] ?? 0) + (letter === other ? 0 : 1);
      row.push(Math.min(changed, (above[column + 1] ?? 0) + 1, (row[column] ?? 0) + 1));
    }
  }
  return (row.at(-1) ?? 0) <= 2;
}
