import type { App } from '@huidiao/contracts';
import { toAppError } from '@huidiao/errors';
import { createAppCaller, createShippingClient } from '@huidiao/wechat';
import type { Check } from '../check.ts';
import type { Finding } from '../finding.ts';
import { createHeardLog } from '../heard-log.ts';
import { ofApps, type Site, withoutVariable } from '../site.ts';

export const tradeManagementCheck: Check = {
  name: 'trade-management',
  title: '发货信息管理: whether WeChat freezes the money of orders until they are shipped',
  settings: ['shipping'],
  asksOthers: true,
  run: (site) => ofApps(site, (app, at) => lookAtManagement(site, app, at)),
};

async function lookAtManagement(site: Site, app: App, at: string): Promise<Finding[]> {
  const { WECHAT_API_URL: baseUrl } = site.variables;
  if (baseUrl === undefined) return [withoutVariable('WECHAT_API_URL')];
  if (app.kind === 'service_account') {
    return [{ level: 'skipped', says: 'a service account has none' }];
  }
  const answer = await ask(site, baseUrl, app);
  if (answer.kind !== 'done') return [notKnown(answer.error.code)];
  if (!answer.isManaged)
    return [{ level: 'ok', says: 'not managed: WeChat wants to be told of no shipment' }];
  const managed: Finding = {
    level: 'ok',
    says: 'managed: WeChat keeps the money of each order until its shipment is uploaded, and the buyer has it',
  };
  const byHand: Finding = {
    level: 'warning',
    says: 'managed, and auto_upload is off: the money of virtual goods and self pick-up is frozen until the shop says that they were delivered',
    where: `${at}.shipping.auto_upload`,
    todo: ['leave it at true, or let the shop call POST /v1/orders/{out_trade_no}/shipments for every order'],
  };
  return [app.shipping.autoUpload ? managed : byHand];
}

async function ask(site: Site, baseUrl: string, app: App) {
  const { clock, metrics } = site;
  const { logger } = createHeardLog();
  const get = () => site.tokenOf(app);
  const accessTokens = { get, replaceRefused: get };
  const caller = createAppCaller({ name: 'doctor', baseUrl, accessTokens, clock, logger, metrics });
  try {
    return await createShippingClient(caller).isTradeManaged(app);
  } catch (error) {
    return { kind: 'unknown', error: toAppError(error) } as const;
  } finally {
    caller.close();
  }
}

function notKnown(code: string): Finding {
  return { level: 'skipped', says: `WeChat does not say whether it is managed (${code}); see app-secret` };
}
