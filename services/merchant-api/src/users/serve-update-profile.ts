import type {
  App,
  Clock,
  KeptProfile,
  MerchantApi,
  MerchantDirectory,
  UpdateProfileRequest,
} from '@huidiao/contracts';
import { AppError, type ErrorCode } from '@huidiao/errors';
import type { Person, Store, ToldOfUser, User } from '@huidiao/store';
import { isAnonymousNickname, openUserInfo, type SealedUserInfo } from '@huidiao/wechat';
import type { EndpointHandler } from '../http/endpoint-handler.ts';
import type { Problem } from '../http/problem.ts';
import { createUserVault } from './user-secrets.ts';

export interface UpdateProfileDeps {
  readonly directory: MerchantDirectory;
  readonly users: Pick<Store['users'], 'find' | 'recordTold'>;
  readonly clock: Clock;
}

/** What a request tells of the user. */
interface Told {
  readonly anonymous: boolean;
  readonly profile: KeptProfile;
  readonly unionId: string | undefined;
}

/** `POST /v1/users/profile`. */
export function serveUpdateProfile(deps: UpdateProfileDeps): EndpointHandler<MerchantApi['updateProfile']> {
  return async ({ body, caller, facts }) => {
    const { appId, openId } = caller;
    const app = deps.directory.apps.get(appId);
    if (app === undefined) throw new AppError('MERCHANT_NOT_CONFIGURED', { details: { appId } });
    const user = await deps.users.find({ appId, openId });
    const told = user === undefined ? expired : readTold(body, { app, user, now: deps.clock.now() });
    if ('problem' in told) return told;

    const kept = await keep(deps, app, { appId, openId }, told);
    if (kept === undefined) return expired;
    facts.outcome = told.anonymous ? 'anonymous' : 'kept';
    const profile = createUserVault(app, kept).openProfile(kept.secrets);
    return {
      status: 200,
      body: { anonymous: told.anonymous, ...(profile === undefined ? {} : { profile }) },
    };
  };
}

const expired = { problem: { status: 409, code: 'SESSION_KEY_EXPIRED' } } as const;

interface Reader {
  readonly app: App;
  readonly user: User;
  readonly now: Date;
}

function readTold(body: UpdateProfileRequest, reader: Reader): Told | { readonly problem: Problem } {
  const { raw_data: rawData, signature, encrypted_data: encryptedData, iv } = body;
  // The schema lets through all four of them or none.
  const isSigned =
    rawData !== undefined && signature !== undefined && encryptedData !== undefined && iv !== undefined;
  return isSigned ? readSigned({ rawData, signature, encryptedData, iv }, reader) : toTold(body, undefined);
}

function readSigned(
  sealed: SealedUserInfo,
  { app, user, now }: Reader,
): Told | { readonly problem: Problem } {
  const sessionKeys = createUserVault(app, user).toSessionKeys(user.secrets, now);
  if (sessionKeys.length === 0) return expired;
  const result = openUserInfo(sealed, { sessionKeys, appId: app.appId, openId: user.openId, now });
  if (result.kind === 'refused') return toProblem(result.code);
  const { nickname, avatarUrl, unionId, isAnonymous } = result.info;
  if (isAnonymous) return { anonymous: true, profile: {}, unionId };
  return toTold({ nickname, ...(avatarUrl === '' ? {} : { avatar_url: avatarUrl }) }, unionId);
}

function toProblem(code: ErrorCode): { readonly problem: Problem } {
  return { problem: { status: 422, code } };
}

/** A mini-program that copies what wx.getUserInfo gave copies the name in place of a user's own too. */
function toTold(profile: KeptProfile, unionId: string | undefined): Told {
  const { nickname, avatar_url } = profile;
  if (nickname !== undefined && isAnonymousNickname(nickname))
    return { anonymous: true, profile: {}, unionId };
  return {
    anonymous: false,
    profile: {
      ...(nickname === undefined ? {} : { nickname }),
      ...(avatar_url === undefined ? {} : { avatar_url }),
    },
    unionId,
  };
}

/** The user as kept now; undefined where they were forgotten meanwhile. */
function keep(
  { users }: UpdateProfileDeps,
  app: App,
  person: Person,
  { profile, unionId }: Told,
): Promise<User | undefined> {
  const told: ToldOfUser = { ...createUserVault(app, person).sealProfile(profile), unionId };
  const isNothing = Object.values(told).every((value) => value === undefined);
  return isNothing ? users.find(person) : users.recordTold(person, told);
}
