import type { App } from '@huidiao/contracts';
import { type AppError, errorCatalogue, toAppError } from '@huidiao/errors';
import type { Check } from '../check.ts';
import type { Finding } from '../finding.ts';
import { ofApps, type Site } from '../site.ts';

export const appSecretCheck: Check = {
  name: 'app-secret',
  title: 'AppID, AppSecret and the IP list, by fetching an access_token without forcing a new one',
  settings: ['appid', 'app_secret'],
  asksOthers: true,
  run: (site) => ofApps(site, (app, at) => fetchToken(site, app, at)),
};

async function fetchToken(site: Site, app: App, at: string): Promise<Finding[]> {
  const { appSecretPrevious } = app;
  const error = await failureOf(site, app, app.appSecret);
  if (error === undefined) {
    return [{ level: 'ok', says: 'WeChat gave an access_token: AppID, AppSecret and the IP list are right' }];
  }
  const isSecret = refusals[Number(error.details.remoteCode)] === wrongSecret;
  if (isSecret && appSecretPrevious !== undefined) {
    const ofPrevious = await failureOf(site, app, appSecretPrevious);
    if (ofPrevious === undefined) return [{ ...onlyPrevious, where: `${at}.app_secret` }];
  }
  return [toFinding(error, at)];
}

async function failureOf(site: Site, app: App, appSecret: string): Promise<AppError | undefined> {
  try {
    await site.tokenOf({ ...app, appSecret, appSecretPrevious: undefined });
    return undefined;
  } catch (error) {
    return toAppError(error);
  }
}

const onlyPrevious: Finding = {
  level: 'warning',
  says: 'WeChat takes app_secret_previous alone, which is what the services go on with',
  todo: [
    'if the AppSecret was not reset yet, reset it; if it was, app_secret is not what WeChat showed then',
  ],
};

const settingsPage = '微信公众平台 → 开发管理 → 开发设置';

function toFinding(error: AppError, at: string): Finding {
  const { remoteCode, remoteMessage } = error.details;
  const known = typeof remoteCode === 'number' ? refusals[remoteCode] : undefined;
  if (remoteCode === 40164) return notListed(String(remoteMessage));
  const code = remoteCode === undefined ? error.code : `errcode ${String(remoteCode)}`;
  return {
    level: known?.isPassing === true ? 'warning' : 'problem',
    says: `WeChat gave no access_token: ${known?.says ?? error.code} (${code})`,
    where: toPlace(known, at),
    todo: [known?.todo ?? errorCatalogue[error.code].whatToDo],
  };
}

function toPlace(known: Refusal | undefined, at: string): string {
  if (known === undefined) return 'WECHAT_API_URL';
  return known.key === undefined ? settingsPage : `${at}.${known.key}`;
}

/** WeChat's text is the only place where the address stands that it saw; nothing is decided by it. */
function notListed(remoteMessage: string): Finding {
  const seen = [...new Set(remoteMessage.match(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g) ?? [])];
  const address = seen.length === 0 ? 'the public address of this machine' : seen.join(', ');
  return {
    level: 'problem',
    says: `WeChat gave no access_token: it saw the address ${address}, which is not on the IP list (errcode 40164)`,
    where: `${settingsPage} → IP白名单`,
    todo: [
      `enter ${address} there; it counts within minutes`,
      'enter also the addresses of all other machines that run merchant-api, order-worker, message-worker or reconciler',
    ],
  };
}

interface Refusal {
  readonly says: string;
  readonly key?: string;
  readonly todo: string;
  readonly isPassing?: true;
}

const wrongSecret: Refusal = {
  says: 'app_secret is not the AppSecret of this AppID',
  key: 'app_secret',
  todo: `put in the one that was shown when it was made; if that is lost, reset it (重置) at ${settingsPage}, which shows it once, for all systems that use it`,
};
const wrongApp: Refusal = {
  says: 'WeChat knows no such AppID',
  key: 'appid',
  todo: `copy AppID(小程序ID) from ${settingsPage}`,
};
const awaitsAdmin: Refusal = {
  says: 'the address of this machine waits for the administrator, or was refused',
  todo: 'let the administrator of the account confirm it in WeChat; after a refusal it can be asked for again later',
};
const frozenAccount: Refusal = {
  says: 'the account is frozen or may not use this',
  key: 'appid',
  todo: 'the console of the account (微信公众平台) says why',
};
const exhausted: Refusal = {
  says: 'the quota of the day or minute is used up',
  todo: 'find who else fetches tokens with this AppSecret; POST /cgi-bin/clear_quota/v2 resets it, 10 times a month',
  isPassing: true,
};

/** https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-access-token/getStableAccessToken.html */
const refusals: Readonly<Record<number, Refusal>> = {
  40001: wrongSecret,
  40125: wrongSecret,
  41004: wrongSecret,
  40013: wrongApp,
  41002: wrongApp,
  40243: {
    says: 'the AppSecret is frozen',
    key: 'app_secret',
    todo: `unfreeze it (解冻) at ${settingsPage}`,
  },
  50004: frozenAccount,
  50007: frozenAccount,
  45009: exhausted,
  45011: exhausted,
  89503: awaitsAdmin,
  89506: awaitsAdmin,
  89507: awaitsAdmin,
};
