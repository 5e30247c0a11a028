import { createHash, randomInt } from 'node:crypto';
import type { App, MessagePush } from '@huidiao/contracts';
import type { Check } from '../check.ts';
import type { Finding } from '../finding.ts';
import { ofApps, type Site, withoutVariable } from '../site.ts';

const settingsPage = '微信公众平台 → 开发管理 → 消息推送配置';
const limitMs = 5_000;

export const messagePushCheck: Check = {
  name: 'message-push',
  title:
    'the message push (消息推送): URL, Token, EncodingAESKey and mode, by the GET that the console makes',
  settings: ['token', 'encoding_aes_key'],
  asksOthers: false,
  run: (site) => ofApps(site, (app, at) => lookAtPush(site, app, at)),
};

async function lookAtPush(site: Site, { appId, push }: App, at: string): Promise<Finding[]> {
  if (push === undefined) {
    return [
      {
        level: 'warning',
        says: 'it has no token, so its message push is refused: answers to 订阅消息 and 发货信息 reminders are not heard',
        where: `${at}.token`,
        todo: ['choose a Token of 3 to 32 letters and digits, and enter it here and there', settingsPage],
      },
    ];
  }
  const base = site.variables.CALLBACK_BASE_URL;
  if (base === undefined) return [...judgeMode(push, at), withoutVariable('CALLBACK_BASE_URL')];
  const url = `${base}/callbacks/mini-program/${appId}`;
  const entered: Finding = {
    level: 'ok',
    says: `to enter at ${settingsPage}: ${url}, ${push.encodingAesKeys.length === 0 ? '明文模式' : '安全模式'}, JSON`,
  };
  const asked = site.command.offline ? [] : [await askLikeTheConsole(site, url, push, at)];
  return [entered, ...judgeMode(push, at), ...asked];
}

function judgeMode({ encodingAesKeys }: MessagePush, at: string): Finding[] {
  if (encodingAesKeys.length > 0) return [];
  return [
    {
      level: 'warning',
      says: 'it is received in plaintext (明文模式): the signature does not cover the body, so that who sees one can send any',
      where: `${at}.encoding_aes_key`,
      todo: [
        `let ${settingsPage} make an EncodingAESKey, put it here, reload the ingress, then choose 安全模式`,
      ],
    },
  ];
}

/**
 * The GET that saving the settings makes, signed with the token of the merchants file.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html
 */
async function askLikeTheConsole(
  { clock }: Site,
  url: string,
  { tokens }: MessagePush,
  at: string,
): Promise<Finding> {
  const [timestamp, nonce, echostr] = [
    String(Math.floor(clock.now().getTime() / 1_000)),
    toDigits(10),
    toDigits(19),
  ];
  const signed = [tokens[0] ?? '', timestamp, nonce].sort().join('');
  const signature = createHash('sha1').update(signed).digest('hex');
  const query = new URLSearchParams({ signature, timestamp, nonce, echostr });
  const answer = await ask(`${url}?${query}`);
  if (answer?.status === 200 && answer.text === echostr) {
    return { level: 'ok', says: 'the ingress answers the check of the address as the console wants it' };
  }
  if (answer === undefined) {
    const says = 'the address does not answer, asked from here; see callback-address';
    return { level: 'problem', says, where: 'CALLBACK_BASE_URL' };
  }
  if (answer.status === 401) {
    return {
      level: 'problem',
      says: 'the ingress does not know this app or this token: it works with another merchants file, or with what it had before',
      where: `${at}.token`,
      todo: ['give the ingress the same MERCHANTS_FILE, and reload it: kill -HUP PID'],
    };
  }
  return {
    level: 'problem',
    says: `the address answers ${answer.status}, not the echostr alone; the console would say Token校验失败`,
    where: 'CALLBACK_BASE_URL',
    todo: ['let the proxy lead /callbacks/ to the ingress, changing neither query nor answer'],
  };
}

async function ask(url: string): Promise<{ status: number; text: string } | undefined> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(limitMs) });
    return { status: response.status, text: await response.text() };
  } catch {
    return undefined;
  }
}

function toDigits(count: number): string {
  return Array.from({ length: count }, () => randomInt(1, 10)).join('');
}
