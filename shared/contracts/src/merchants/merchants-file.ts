import { z } from 'zod';
import { appConfig } from './app-config.ts';
import { merchantConfig } from './merchant-config.ts';

/**
 * The file that names merchants and apps. Its keys are WeChat's own, so that a value can be copied from the
 * merchant platform (商户平台) or the mini-program console (小程序后台) under the name that it has there.
 * Paths are relative to the file.
 */
export const merchantsFile = z.strictObject({
  merchants: z.array(merchantConfig).min(1),
  apps: z.array(appConfig).default([]),
});
export type MerchantsFile = z.infer<typeof merchantsFile>;
