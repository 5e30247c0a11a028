import type { MerchantApi, MerchantDirectory } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { type AppCaller, askForPhoneNumber, type PhoneNumberResult } from '@huidiao/wechat';
import type { EndpointHandler } from '../http/endpoint-handler.ts';
import type { Problem } from '../http/problem.ts';
import { toRemoteFacts } from '../http/request-facts.ts';

export interface ReadPhoneNumberDeps {
  readonly directory: MerchantDirectory;
  readonly appCaller: Pick<AppCaller, 'call'>;
}

/** `POST /v1/users/phone-number`. */
export function serveReadPhoneNumber(
  deps: ReadPhoneNumberDeps,
): EndpointHandler<MerchantApi['readPhoneNumber']> {
  return async ({ body, caller, facts }) => {
    const { appId, openId } = caller;
    const app = deps.directory.apps.get(appId);
    if (app === undefined) throw new AppError('MERCHANT_NOT_CONFIGURED', { details: { appId } });
    const result = await askForPhoneNumber(deps.appCaller, app, { code: body.code, openId });
    if (result.kind !== 'done') {
      Object.assign(facts, { outcome: result.kind, ...toRemoteFacts(result.error) });
      return { problem: toPhoneProblem(result) };
    }
    facts.outcome = 'told';
    const { phoneNumber, purePhoneNumber, countryCode } = result.phone;
    return {
      status: 200,
      body: {
        phone_number: phoneNumber,
        pure_phone_number: purePhoneNumber,
        country_code: countryCode,
      },
    };
  };
}

/** @throws AppError of what is not the client's to mend */
function toPhoneProblem({ kind, error }: Exclude<PhoneNumberResult, { kind: 'done' }>): Problem {
  if (kind === 'unknown') return { status: 504, code: 'PHONE_OUTCOME_UNKNOWN' };
  switch (error.code) {
    case 'PHONE_CODE_INVALID':
    case 'PHONE_CODE_OF_ANOTHER_APP':
      return { status: 422, code: error.code };
    case 'WECHAT_REFUSED':
      return { status: 422, code: error.code, detail: `WeChat answered ${error.details.remoteCode}.` };
    case 'WECHAT_TOKEN_REFUSED':
      return { status: 502, code: error.code };
    default:
      throw error;
  }
}
