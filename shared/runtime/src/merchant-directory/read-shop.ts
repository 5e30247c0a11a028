import type { MerchantConfig, Shop } from '@huidiao/contracts';
import { listAt, recordOf, textAt } from './json-value.ts';
import type { ResourceReader } from './resource-reader.ts';

/** Reads and checks the `shop` of one merchant; see readMerchant for the parameters. */
export function readShop(
  raw: unknown,
  config: MerchantConfig['shop'],
  path: string,
  reader: ResourceReader,
): Shop | undefined {
  const entry = recordOf(raw);
  const webhookSecrets = listAt(entry, 'webhook_secrets').flatMap((ref, index) => {
    const secret = reader.secret(ref, `${path}.webhook_secrets[${index}]`, checkWebhookSecret);
    return secret === undefined ? [] : [secret];
  });
  const url = textAt(entry, 'webhook_url') ?? '';
  if (URL.canParse(url) && (new URL(url).username !== '' || new URL(url).password !== '')) {
    reader.problems.add(
      `${path}.webhook_url`,
      'holds a user name or password; the signature tells who calls',
    );
  }
  if (config === undefined) return undefined;
  return {
    webhookUrl: config.webhook_url,
    webhookSecrets,
    allowPrivateNetwork: config.allow_private_network,
    timeoutMs: config.timeout_ms,
    events: config.events,
  };
}

/**
 * `whsec_` and base64 of 24 to 64 bytes.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme
 */
function checkWebhookSecret(text: string): string | undefined {
  const encoded = /^whsec_([0-9A-Za-z+/]+={0,2})$/.exec(text)?.[1];
  if (encoded === undefined || encoded.length % 4 !== 0) {
    return 'must hold a Standard Webhooks secret: whsec_ followed by base64';
  }
  const bytes = Buffer.from(encoded, 'base64').length;
  return bytes >= 24 && bytes <= 64
    ? undefined
    : `must hold a secret of 24 to 64 bytes, but holds ${bytes} bytes; make one with openssl rand -base64 32`;
}
