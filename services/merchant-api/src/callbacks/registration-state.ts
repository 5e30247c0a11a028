import { type AppError, errorCatalogue, toAppError } from '@huidiao/errors';
import type { CallbackRegistrations, RegisteredCallback } from '@huidiao/wechat';

/** Why nothing is known of it, or nothing was changed. */
export type RegistrationFailure =
  /** WeChat Pay does not offer it to this merchant, who has not opened the product. */
  { readonly kind: 'not-offered' } | { readonly kind: 'failed'; readonly error: AppError };

/** What is registered of one callback of a merchant, against what should be. */
export type RegistrationState =
  | { readonly kind: 'right' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'another'; readonly address: string }
  | RegistrationFailure;

/** Asks WeChat Pay. Never rejects. */
export async function findState(
  registrations: Pick<CallbackRegistrations, 'find'>,
  callback: RegisteredCallback,
  address: string,
): Promise<RegistrationState> {
  try {
    return decideState(await registrations.find(callback), address);
  } catch (error) {
    return toRegistrationFailure(error);
  }
}

/**
 * Whether the address that WeChat has is ours. Pure. `registered`: what WeChat has, undefined where that is nothing.
 */
export function decideState(registered: string | undefined, address: string): RegistrationState {
  if (registered === undefined) return { kind: 'missing' };
  return registered === address ? { kind: 'right' } : { kind: 'another', address: registered };
}

const notOffered: readonly unknown[] = ['NO_AUTH', 'NOAUTH'];

/** Tells an API that this merchant may not use (NO_AUTH) from a call that went wrong. */
export function toRegistrationFailure(failure: unknown): RegistrationFailure {
  const error = toAppError(failure);
  return notOffered.includes(error.details.remoteCode) ? { kind: 'not-offered' } : { kind: 'failed', error };
}

/** What went wrong and what to do about it, on one line. */
export function toFailureText({ code, details }: AppError): string {
  const { remoteCode, status, requestId, reason } = details;
  const facts = [
    remoteCode,
    reason,
    status && `HTTP ${String(status)}`,
    requestId && `request ${String(requestId)}`,
  ];
  const known = facts.filter((fact) => fact !== undefined).join(', ');
  return `${code}${known === '' ? '' : ` (${known})`}: ${errorCatalogue[code].whatToDo}`;
}
