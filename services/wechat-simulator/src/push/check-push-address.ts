import { randomInt } from 'node:crypto';
import type { Context } from '../context.ts';
import { ControlRefusal } from '../control-refusal.ts';
import { postMessage, type Receipt } from '../delivery/post-message.ts';
import { pushLimitMs } from '../delivery/resend-schedules.ts';
import { signPush } from './sign-push.ts';

/** What the console says when the address of the message push is saved (Token校验). */
export interface AddressCheck {
  readonly isVerified: boolean;
  /** Why not; empty where it is. */
  readonly problem: string;
  readonly status: number | undefined;
  readonly answer: string;
}

/**
 * Asks an address by GET as the console does when it is saved; only where the answer is the echostr alone is it kept as
 * the app's. `token` other than the app's: what a wrong console setting comes to. Throws ControlRefusal.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html
 */
export async function checkPushAddress(
  context: Context,
  wanted: { readonly appId: string; readonly url: string; readonly token?: string | undefined },
): Promise<AddressCheck> {
  const app = context.apps.get(wanted.appId);
  const token = wanted.token ?? app?.push?.token;
  if (app === undefined || token === undefined) {
    throw new ControlRefusal(404, 'APP_UNKNOWN', `no app ${wanted.appId} with a token in the settings`);
  }
  const [timestamp, nonce, echostr] = [String(Math.floor(Date.now() / 1_000)), digits(10), digits(19)];
  const query = new URLSearchParams({
    signature: signPush(token, timestamp, nonce),
    echostr,
    timestamp,
    nonce,
  });
  const limitMs = Math.min(pushLimitMs, context.settings.answerLimitMs);
  const message = { method: 'GET', headers: { 'User-Agent': 'Mozilla/4.0' }, body: '' } as const;
  const receipt = await postMessage(`${wanted.url}?${query}`, message, { limitMs });
  const problem = findProblem(receipt, echostr);
  if (problem === '') context.addresses.setApp(app.appId, wanted.url);
  const isAnswered = receipt.outcome === 'answered';
  return {
    isVerified: problem === '',
    problem,
    status: isAnswered ? receipt.status : undefined,
    answer: isAnswered ? receipt.answer : '',
  };
}

function findProblem(receipt: Receipt, echostr: string): string {
  if (receipt.outcome !== 'answered') return `Token校验失败: ${receipt.problem}`;
  const { status, answer } = receipt;
  if (status !== 200) return `Token校验失败: the status is ${status}, not 200`;
  if (answer === echostr) return '';
  return `Token校验失败: ${explain(answer, echostr)}`;
}

function explain(answer: string, echostr: string): string {
  if (answer === JSON.stringify(echostr)) return 'there are quotes around the echostr';
  if (answer.startsWith('\uFEFF')) return 'there is a byte order mark before the echostr';
  if (answer.trim() === echostr) return 'there is white space around the echostr';
  return 'the answer is not the echostr';
}

function digits(count: number): string {
  return Array.from({ length: count }, () => randomInt(1, 10)).join('');
}
