import { readFileSync } from 'node:fs';
import type { Check } from '../check.ts';
import type { Finding } from '../finding.ts';
import { describePem, identifyPem, type PemContent } from '../identify-pem.ts';
import type { NamedFile, ReadMerchants } from '../read-merchants.ts';
import { withoutVariable } from '../site.ts';

export const merchantsFileCheck: Check = {
  name: 'merchants-file',
  title:
    'the merchants file, its secrets, keys and certificates: all that is wrong at once, and which file is which',
  settings: ['MERCHANTS_FILE'],
  asksOthers: false,
  async run({ merchants }) {
    if (merchants === undefined) return [withoutVariable('MERCHANTS_FILE')];
    const { file, directory, problems } = merchants;
    if (directory === undefined) return problems.map((problem) => toFinding(problem, merchants));
    const counts = `${count(directory.merchants.size, 'merchant')}, ${count(directory.apps.size, 'app')}`;
    return [
      {
        level: 'ok',
        says: `${file}: ${counts}; every secret, key and certificate is of the right kind and size`,
      },
    ];
  },
};

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** A problem begins with the path of its key. */
function toFinding(problem: string, { file, pemFiles }: ReadMerchants): Finding {
  const named = pemFiles.find(({ key }) => problem.startsWith(`${key} `));
  const found = named && read(named);
  const advice = named && toAdvice(named, found);
  return {
    level: 'problem',
    says: problem,
    where: toPlace(file, named, found),
    ...(advice === undefined ? {} : { todo: [advice] }),
  };
}

/** What is named but not there is not repeated: people paste a key where its file belongs. */
function toPlace(file: string, named: NamedFile | undefined, found: PemContent | undefined): string {
  const isThere = named !== undefined && found !== undefined;
  return isThere ? `${file}; the file ${named.path} holds ${describePem(found)}` : file;
}

function read({ path }: NamedFile): PemContent | undefined {
  try {
    return identifyPem(readFileSync(path));
  } catch {
    return undefined;
  }
}

/** Where what was found belongs, and what belongs here. */
function toAdvice({ key, name }: NamedFile, found: PemContent | undefined): string | undefined {
  const wanted = key.includes('platform_certificates')
    ? '微信支付平台证书'
    : key.includes('wechatpay_public_keys')
      ? '微信支付公钥'
      : '商户API私钥';
  switch (found?.kind) {
    case undefined:
      return undefined;
    case 'merchant_certificate':
      return `you gave the 商户API证书 where the ${wanted} belongs: nothing here takes ${name}, whose serial goes into merchant_serial_no`;
    case 'platform_certificate':
      return `you gave a 微信支付平台证书 where the ${wanted} belongs: ${name} goes into platform_certificates`;
    case 'private_key':
      return `you gave a private key where the ${wanted} belongs: ${name} goes into merchant_private_key_file`;
    case 'public_key':
      return `you gave a public key where the ${wanted} belongs: if ${name} is 微信支付公钥 (pub_key.pem), it goes into wechatpay_public_keys with its id`;
    case 'certificate':
    case 'binary':
    case 'other':
      return `here belongs the ${wanted}; deploy/docs/set-up.md says where the merchant platform (商户平台) has it`;
    default:
      return found satisfies never;
  }
}
