import { registeredCallbacks } from '@huidiao/wechat';
import { toFailureText } from './registration-state.ts';
import type { RegistrationResult } from './run-registered.ts';

/** One line for one callback of a merchant. */
export function printResult(result: RegistrationResult): string {
  const { mchId, callback } = result;
  return `${mchId}  ${callback} (${registeredCallbacks[callback].label}): ${toWords(result)}\n`;
}

function toWords({ found, change, address }: RegistrationResult): string {
  if (typeof change === 'object') {
    return change.kind === 'failed' ? `not changed: ${toFailureText(change.error)}` : notOffered;
  }
  switch (found.kind) {
    case 'right':
      return 'right';
    case 'not-offered':
      return notOffered;
    case 'failed':
      return `not known: ${toFailureText(found.error)}`;
    case 'missing':
      return {
        none: `missing; should be ${address}`,
        planned: `would register ${address}`,
        done: `registered ${address}`,
      }[change];
    case 'another': {
      const words = { none: 'is', planned: 'would be replaced, was', done: 'was replaced, it was' }[change];
      return `${words} ${found.address}; ${change === 'done' ? 'now' : 'should be'} ${address}`;
    }
    default:
      return found satisfies never;
  }
}

const notOffered = 'not offered to this merchant, who has not opened the product';

/** The same for scripts. */
export function toResultJson({ found, change, ...wanted }: RegistrationResult): object {
  const registered =
    found.kind === 'another' ? found.address : found.kind === 'right' ? wanted.address : null;
  const failure = [change, found].find((state) => typeof state === 'object' && state.kind === 'failed');
  const error = typeof failure === 'object' && failure.kind === 'failed' ? failure.error : undefined;
  return {
    ...wanted,
    found: found.kind,
    registered,
    change: typeof change === 'string' ? change : change.kind,
    errorCode: error?.code ?? null,
    remoteCode: error?.details.remoteCode ?? null,
  };
}
