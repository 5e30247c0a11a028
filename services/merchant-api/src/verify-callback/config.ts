import type { MerchantDirectory } from '@huidiao/contracts';
import { loadConfig, loadMerchantDirectory, mongoShape } from '@huidiao/runtime';
import { merchantApiShape } from '../config.ts';

export interface VerifyCallbackConfig {
  readonly mongo: { readonly uri: string };
  /** Where the internet reaches the ingress; without a slash at the end. */
  readonly callbackBaseUrl: string;
  readonly wechatPayApiUrl: string;
  readonly directory: MerchantDirectory;
}

/** @throws AppError CONFIG_INVALID with every problem of what the command reads of the environment */
export function loadVerifyCallbackConfig(env: NodeJS.ProcessEnv): VerifyCallbackConfig {
  const { CALLBACK_BASE_URL, WECHAT_PAY_API_URL, MERCHANTS_FILE } = merchantApiShape;
  const read = loadConfig({ ...mongoShape, CALLBACK_BASE_URL, WECHAT_PAY_API_URL, MERCHANTS_FILE }, env);
  return {
    mongo: { uri: read.MONGODB_URI },
    callbackBaseUrl: read.CALLBACK_BASE_URL,
    wechatPayApiUrl: read.WECHAT_PAY_API_URL,
    directory: loadMerchantDirectory(read.MERCHANTS_FILE, env),
  };
}
