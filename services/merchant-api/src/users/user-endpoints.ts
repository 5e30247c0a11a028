import type { Handlers } from '../http/endpoint-handler.ts';
import { type ReadPhoneNumberDeps, serveReadPhoneNumber } from './serve-read-phone-number.ts';
import { serveUpdateProfile, type UpdateProfileDeps } from './serve-update-profile.ts';

export type UserEndpointDeps = UpdateProfileDeps & ReadPhoneNumberDeps;

/** What users tell of themselves. */
export function userEndpointHandlers(deps: UserEndpointDeps): Handlers<'updateProfile' | 'readPhoneNumber'> {
  return {
    updateProfile: serveUpdateProfile(deps),
    readPhoneNumber: serveReadPhoneNumber(deps),
  };
}
