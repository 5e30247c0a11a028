import { registeredCallbacks } from '@huidiao/wechat';
import { toFailureText } from '../../callbacks/registration-state.ts';
import { type RegistrationResult, runRegistered } from '../../callbacks/run-registered.ts';
import type { Check } from '../check.ts';
import type { Finding } from '../finding.ts';
import { noMerchants, withoutVariable } from '../site.ts';

export const registeredCallbacksCheck: Check = {
  name: 'registered-callbacks',
  title: 'the addresses that are registered by API: complaints, coupons, violations',
  settings: [],
  asksOthers: true,
  async run({ directory, variables, command }) {
    const { CALLBACK_BASE_URL: callbackBaseUrl, WECHAT_PAY_API_URL: wechatPayApiUrl } = variables;
    if (directory === undefined) return [noMerchants];
    if (callbackBaseUrl === undefined) return [withoutVariable('CALLBACK_BASE_URL')];
    if (wechatPayApiUrl === undefined) return [withoutVariable('WECHAT_PAY_API_URL')];
    const results = await runRegistered(
      {
        config: { callbackBaseUrl, wechatPayApiUrl, directory },
        directory,
        tell: () => undefined,
        signal: new AbortController().signal,
      },
      { name: 'check', mchId: command.mchId, only: undefined, json: false },
    );
    const mchIds = [...new Set(results.map(({ mchId }) => mchId))];
    return mchIds.flatMap((mchId) => toFindings(results.filter((result) => result.mchId === mchId)));
  },
};

/** What WeChat Pay answers to none of them is told by the check of its signature, once. */
function toFindings(results: readonly RegistrationResult[]): readonly Finding[] {
  const codes = new Set(results.map(({ found }) => (found.kind === 'failed' ? found.error.code : undefined)));
  const [code, ...others] = codes;
  const [first] = results;
  if (first === undefined || code === undefined || others.length > 0 || results.length === 1) {
    return results.map(toFinding);
  }
  const says = `WeChat Pay could not be asked for any of them (${code}); see wechat-pay`;
  return [{ about: `merchant ${first.mchId}`, level: 'skipped', says }];
}

function toFinding({ mchId, callback, address, found }: RegistrationResult): Finding {
  const about = `merchant ${mchId}`;
  const { label } = registeredCallbacks[callback];
  const todo = [`npm run callbacks -- sync --merchant ${mchId} --only ${callback}`];
  switch (found.kind) {
    case 'right':
      return { about, level: 'ok', says: `${label} comes to ${address}` };
    case 'not-offered':
      return { about, level: 'ok', says: `${label} is of a product that this merchant has not opened` };
    case 'missing': {
      // Whoever takes payments gets complaints; coupons have only those who use them.
      const isForAll = callback === 'complaint' || callback === 'violation';
      const meaning = isForAll ? 'so that nobody hears of them' : 'which only those mind who use it';
      const says = `${label} is not registered, ${meaning}`;
      return { about, level: isForAll ? 'warning' : 'skipped', says, todo };
    }
    case 'another':
      return { about, level: 'warning', says: `${label} goes to ${found.address}, not to ${address}`, todo };
    case 'failed':
      return { about, level: 'warning', says: `${label} is not known: ${toFailureText(found.error)}` };
    default:
      return found satisfies never;
  }
}
