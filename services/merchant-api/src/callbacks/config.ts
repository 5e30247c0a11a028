import type { MerchantDirectory } from '@huidiao/contracts';
import { loadConfig, loadMerchantDirectory } from '@huidiao/runtime';
import { merchantApiShape } from '../config.ts';

export interface CallbacksConfig {
  /** Where the internet reaches the ingress; without a slash at the end. */
  readonly callbackBaseUrl: string;
  readonly wechatPayApiUrl: string;
  readonly directory: MerchantDirectory;
}

/** @throws AppError CONFIG_INVALID with every problem of what the command reads of the environment */
export function loadCallbacksConfig(env: NodeJS.ProcessEnv): CallbacksConfig {
  const { CALLBACK_BASE_URL, WECHAT_PAY_API_URL, MERCHANTS_FILE } = merchantApiShape;
  const read = loadConfig({ CALLBACK_BASE_URL, WECHAT_PAY_API_URL, MERCHANTS_FILE }, env);
  return {
    callbackBaseUrl: read.CALLBACK_BASE_URL,
    wechatPayApiUrl: read.WECHAT_PAY_API_URL,
    directory: loadMerchantDirectory(read.MERCHANTS_FILE, env),
  };
}
