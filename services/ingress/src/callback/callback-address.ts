import type { IncomingMessage } from 'node:http';

/** The kinds of callbacks, each with an address of its own. */
export const callbackKinds = ['pay-v3', 'pay-v2', 'push'] as const;
export type CallbackKind = (typeof callbackKinds)[number];

/** Where a callback was sent to. */
export interface CallbackAddress {
  readonly kind: CallbackKind;
  /** The mchid or appid of the path, which chooses the credentials; nothing about it is proven. */
  readonly id: string;
  /** What stands behind the path, without `?`. */
  readonly rawQuery: string;
}

const kindsByPath: Readonly<Record<string, CallbackKind>> = {
  'wechat-pay': 'pay-v3',
  'wechat-pay-v2': 'pay-v2',
  'mini-program': 'push',
};
const path = /\/callbacks\/(wechat-pay|wechat-pay-v2|mini-program)\/([^/?#]{1,64})\/?$/;

/** The address of a request, wherever an app may have mounted us; undefined where no callbacks go. */
export function toCallbackAddress(
  request: IncomingMessage & { originalUrl?: string },
): CallbackAddress | undefined {
  const url = request.originalUrl ?? request.url ?? '';
  const end = url.indexOf('?');
  const [, name = '', id = ''] = path.exec(end === -1 ? url : url.slice(0, end)) ?? [];
  const kind = kindsByPath[name];
  return kind === undefined ? undefined : { kind, id, rawQuery: end === -1 ? '' : url.slice(end + 1) };
}
