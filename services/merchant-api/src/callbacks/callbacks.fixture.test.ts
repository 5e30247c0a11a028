import { createPublicKey, sign, verify } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rsaKeysOf } from '@huidiao/testing';
import { runCommand } from './run-command.ts';

export const mchId = '1900000001';
export const providerId = '1900000002';
export const base = 'https://callbacks.example.com';
export const urlOf = (id: string) => `${base}/callbacks/wechat-pay/${id}`;

const own = rsaKeysOf('merchant');
const platform = rsaKeysOf('wechat-pay');
const forger = rsaKeysOf('stranger');
const keyId = 'PUB_KEY_ID_0000000000000024101100397200000006';

export interface Call {
  readonly mchId: string;
  readonly method: string;
  readonly path: string;
  readonly body: Record<string, unknown> | undefined;
}

/** What one call is answered, in place of what WeChat Pay would say. */
export interface Fault {
  readonly status: number;
  readonly json: unknown;
}

/** The part of WeChat Pay that keeps the addresses which are registered by API: every answer is signed. */
export async function startRegistry() {
  /** `<mchid> <path>` → address. */
  const addresses = new Map<string, string>();
  const calls: Call[] = [];
  const registry = {
    addresses,
    calls,
    fault: undefined as ((call: Call) => Fault | undefined) | undefined,
    isForged: false,
  };

  function answer(call: Call): Fault {
    const fault = registry.fault?.(call);
    if (fault !== undefined) return fault;
    const isComplaint = call.path.startsWith('/v3/merchant-service/');
    const field = isComplaint ? 'url' : 'notify_url';
    const key = `${call.mchId} ${call.path}`;
    const known = addresses.get(key);
    if (call.method !== 'GET') {
      const needsPut = isComplaint || call.path.startsWith('/v3/merchant-risk-manage/');
      const wantedMethod = needsPut && known !== undefined ? 'PUT' : 'POST';
      if (call.method !== wantedMethod) return { status: 400, json: { code: 'INVALID_REQUEST' } };
      addresses.set(key, String(call.body?.[field]));
    } else if (known === undefined) {
      return { status: 404, json: { code: 'NOT_FOUND', message: '通知回调不存在' } };
    }
    return { status: 200, json: { mchid: call.mchId, [field]: addresses.get(key) } };
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    const { method = '', url = '', headers } = request;
    const caller = checkSignature(method, url, text, headers.authorization ?? '');
    const call: Call = {
      mchId: caller ?? 'nobody',
      method,
      path: url.replace(/\?.*$/, ''),
      body: text === '' ? undefined : JSON.parse(text),
    };
    calls.push(call);
    const { status, json } =
      caller === undefined ? { status: 401, json: { code: 'SIGN_ERROR' } } : answer(call);
    const body = JSON.stringify(json);
    const [timestamp, nonce] = [String(Math.floor(Date.now() / 1_000)), '593BEC0C930BF1AFEB40B4A08C8FB242'];
    const { privateKey } = registry.isForged ? forger : platform;
    const signature = sign('sha256', Buffer.from(`${timestamp}\n${nonce}\n${body}\n`), privateKey);
    response.writeHead(status, {
      'request-id': '08F5B8C2B506',
      'wechatpay-timestamp': timestamp,
      'wechatpay-nonce': nonce,
      'wechatpay-serial': keyId,
      'wechatpay-signature': signature.toString('base64'),
    });
    response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(registry, {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  });
}

/** The mchid of a request whose signature is good: method, path with query and body. */
function checkSignature(
  method: string,
  url: string,
  body: string,
  authorization: string,
): string | undefined {
  const form = /mchid="(\d+)",nonce_str="(\w+)",timestamp="(\d+)",serial_no="\w+",signature="([^"]+)"/.exec(
    authorization,
  );
  if (form === null) return undefined;
  const [, id, nonce, timestamp, signature = ''] = form;
  const message = Buffer.from(`${method}\n${url}\n${timestamp}\n${nonce}\n${body}\n`);
  const isGood = verify('sha256', message, createPublicKey(own.privateKey), Buffer.from(signature, 'base64'));
  return isGood ? id : undefined;
}

/** A merchants file with a merchant and a service provider, and the command around it. */
export function openCommand(wechatPayUrl: string) {
  const folder = mkdtempSync(join(tmpdir(), 'callbacks-'));
  writeFileSync(join(folder, 'key.pem'), own.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(join(folder, 'pub.pem'), platform.publicKey.export({ type: 'spki', format: 'pem' }));
  const merchantOf = (mchid: string, appid: string) => ({
    mchid,
    merchant_serial_no: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
    merchant_private_key_file: 'key.pem',
    api_v3_key: { env: 'API_V3_KEY' },
    wechatpay_public_keys: [{ id: keyId, file: 'pub.pem' }],
    appids: [appid],
  });
  const merchants = [
    { ...merchantOf(mchId, 'wx1111111111111111'), api_v2_key: { env: 'API_V3_KEY' } },
    { ...merchantOf(providerId, 'wx2222222222222222'), service_provider: true },
  ];
  const secret = { app_secret: { env: 'APP_SECRET' } };
  const apps = [
    { appid: 'wx1111111111111111', ...secret, token: { env: 'TOKEN' }, encoding_aes_key: { env: 'AES' } },
    { appid: 'wx2222222222222222', ...secret },
  ];
  writeFileSync(join(folder, 'merchants.json'), JSON.stringify({ merchants, apps }));
  const env: Record<string, string> = {
    CALLBACK_BASE_URL: base,
    WECHAT_PAY_API_URL: wechatPayUrl,
    MERCHANTS_FILE: join(folder, 'merchants.json'),
    API_V3_KEY: 'k'.repeat(32),
    APP_SECRET: 's'.repeat(32),
    TOKEN: 'token1',
    AES: 'a'.repeat(43),
  };
  return {
    env,
    async run(args: string, changes: Record<string, string> = {}, stopping = new AbortController()) {
      let out = '';
      let err = '';
      const code = await runCommand(args === '' ? [] : args.split(' '), {
        env: { ...env, ...changes },
        out: (text) => {
          out += text;
        },
        err: (text) => {
          err += text;
        },
        signal: stopping.signal,
      });
      return { code, out, err };
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
