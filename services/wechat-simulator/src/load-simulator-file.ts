import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { SecretRef } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { toPublicPem } from './pay/platform-certificate.ts';
import type { Certificate } from './pay/platform-keys.ts';
import {
  defaultSettings,
  type SimulatedApp,
  type SimulatedMerchant,
  type SimulatorSettings,
} from './settings.ts';
import { type SimulatorFile, simulatorFile } from './simulator-file.ts';

/**
 * Reads SIMULATOR_FILE with the keys and secrets that it names. Throws AppError CONFIG_INVALID that lists every
 * problem by its JSON path, and never a secret.
 */
export function loadSimulatorFile(file: string, env: NodeJS.ProcessEnv): SimulatorSettings {
  const parsed = simulatorFile.safeParse(parseJson(file));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw toConfigError(file, problems);
  }
  const problems: string[] = [];
  const reader = createKeyReader(dirname(resolve(file)), env, problems);
  const settings = toSettings(parsed.data, reader);
  if (problems.length > 0) throw toConfigError(file, problems);
  return settings;
}

function toSettings(file: SimulatorFile, reader: KeyReader): SimulatorSettings {
  return {
    ...defaultSettings,
    merchants: file.merchants.map((merchant, index) => toMerchant(merchant, `merchants.${index}`, reader)),
    apps: file.apps.map((app, index) => toApp(app, `apps.${index}`, reader)),
    platform: toPlatform(file.platform, reader),
    allowPrivateNotifyHosts: file.allow_private_notify_hosts,
    allowRemoteControl: file.allow_remote_control,
    clockSpeed: file.clock_speed,
    probeShare: file.probe_share,
    variety: file.variety,
    seed: file.seed,
  };
}

function toMerchant(
  merchant: SimulatorFile['merchants'][number],
  path: string,
  reader: KeyReader,
): SimulatedMerchant {
  const { api_v2_key, service_provider, notify_url, notify_url_v2 } = merchant;
  return {
    mchId: merchant.mchid,
    merchantSerialNo: merchant.merchant_serial_no,
    merchantPublicKeyPem: readMerchantKey(merchant, path, reader),
    apiV3Key: reader.apiV3Key(`${path}.api_v3_key`, merchant.api_v3_key),
    appIds: merchant.appids,
    ...(api_v2_key && { apiV2Key: reader.secret(`${path}.api_v2_key`, api_v2_key) }),
    ...(service_provider && { isServiceProvider: true }),
    ...(notify_url && { notifyUrl: notify_url }),
    ...(notify_url_v2 && { notifyUrlV2: notify_url_v2 }),
  };
}

function toApp(app: SimulatorFile['apps'][number], path: string, reader: KeyReader): SimulatedApp {
  const { token, encoding_aes_key, push_url, original_id, ip_whitelist, consents, daily_send_limit } = app;
  return {
    appId: app.appid,
    appSecret: reader.secret(`${path}.app_secret`, app.app_secret),
    templates: app.templates,
    grantsPerPayment: app.grants_per_payment,
    kind: app.kind,
    trade: { isManaged: app.trade_managed, isConfirmed: app.trade_confirmed, hasShipped: app.has_shipped },
    ...(daily_send_limit !== undefined && { dailySendLimit: daily_send_limit }),
    ...(ip_whitelist && { ipWhitelist: ip_whitelist }),
    ...(original_id && { originalId: original_id }),
    ...(consents && { consents }),
    ...(token && {
      push: {
        token: reader.secret(`${path}.token`, token),
        mode: app.push_mode ?? (encoding_aes_key === undefined ? 'plaintext' : 'safe'),
        // WeChat pushes to service accounts in XML alone.
        format: app.push_format ?? (app.kind === 'service-account' ? 'xml' : 'json'),
        ...(encoding_aes_key && {
          encodingAesKey: reader.encodingAesKey(`${path}.encoding_aes_key`, encoding_aes_key),
        }),
        ...(push_url && { url: push_url }),
      },
    }),
  };
}

function readMerchantKey(
  merchant: SimulatorFile['merchants'][number],
  path: string,
  reader: KeyReader,
): string {
  if (merchant.merchant_certificate_file !== undefined) {
    return reader.certificateKey(`${path}.merchant_certificate_file`, merchant.merchant_certificate_file);
  }
  return reader.publicKey(`${path}.merchant_public_key_file`, merchant.merchant_public_key_file ?? '');
}

function toPlatform(platform: SimulatorFile['platform'], reader: KeyReader): SimulatorSettings['platform'] {
  const { public_key: publicKey, certificates } = platform;
  return {
    mode: platform.mode,
    migrationShare: platform.migration_share,
    serialSpelling: platform.serial_spelling,
    ...(publicKey !== 'generate' && {
      publicKey: {
        id: publicKey.id,
        privateKeyPem: reader.privateKey('platform.public_key.private_key_file', publicKey.private_key_file),
      },
    }),
    ...(certificates !== 'generate' && {
      certificates: certificates.map((files, index) =>
        reader.certificate(`platform.certificates.${index}`, files.certificate_file, files.private_key_file),
      ),
    }),
  };
}

/** Each reads and checks what one path of the file names; a failure becomes a problem, and the value empty. */
interface KeyReader {
  secret(path: string, ref: SecretRef): string;
  apiV3Key(path: string, ref: SecretRef): string;
  encodingAesKey(path: string, ref: SecretRef): string;
  /** PEM of a public key, from one or from a certificate. */
  publicKey(path: string, file: string): string;
  certificateKey(path: string, file: string): string;
  privateKey(path: string, file: string): string;
  certificate(path: string, file: string, keyFile: string): Certificate;
}

function createKeyReader(folder: string, env: NodeJS.ProcessEnv, problems: string[]): KeyReader {
  const read = (path: string, problem: string, work: () => string): string => {
    try {
      return work();
    } catch {
      problems.push(`${path}: ${problem}`);
      return '';
    }
  };
  const text = (file: string): string => readFileSync(resolve(folder, file), 'utf8');
  const secret: KeyReader['secret'] = (path, ref) => {
    const value = 'env' in ref ? env[ref.env] : read(path, 'cannot be read', () => text(ref.file));
    if (value === undefined) problems.push(`${path}: the environment variable is not set`);
    return (value ?? '').replace(/\r?\n$/, '');
  };
  const privateKey: KeyReader['privateKey'] = (path, file) =>
    read(path, 'is not a readable RSA private key in PEM', () => {
      const pem = text(file);
      if (createPrivateKey(pem).asymmetricKeyType !== 'rsa') throw new Error('not RSA');
      return pem;
    });
  return {
    secret,
    apiV3Key: (path, ref) => {
      const value = secret(path, ref);
      if (Buffer.byteLength(value) !== 32) problems.push(`${path}: an APIv3 key has exactly 32 bytes`);
      return value;
    },
    encodingAesKey: (path, ref) => {
      const value = secret(path, ref);
      if (!/^[0-9A-Za-z]{43}$/.test(value))
        problems.push(`${path}: an EncodingAESKey has 43 letters and digits`);
      return value;
    },
    publicKey: (path, file) =>
      read(path, 'is not a readable public key in PEM', () => toPublicPem(createPublicKey(text(file)))),
    certificateKey: (path, file) =>
      read(path, 'is not a readable certificate in PEM', () =>
        toPublicPem(new X509Certificate(text(file)).publicKey),
      ),
    privateKey,
    certificate: (path, file, keyFile) => {
      const privateKeyPem = privateKey(`${path}.private_key_file`, keyFile);
      const certificatePem = read(
        `${path}.certificate_file`,
        'is not a certificate of the private key beside it',
        () => {
          const pem = text(file);
          if (!new X509Certificate(pem).checkPrivateKey(createPrivateKey(privateKeyPem)))
            throw new Error('other key');
          return pem;
        },
      );
      return { certificatePem, privateKeyPem };
    },
  };
}

function parseJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new AppError('CONFIG_INVALID', { message: `SIMULATOR_FILE ${file} ${toReason(cause)}`, cause });
  }
}

/** Where it is not JSON, and nothing of what it says. */
function toReason(cause: unknown): string {
  if (!(cause instanceof Error)) return 'cannot be read';
  if ('code' in cause) return `cannot be read (${cause.code})`;
  return `is not JSON${/ at position \d+( \(line \d+ column \d+\))?/.exec(cause.message)?.[0] ?? ''}`;
}

function toConfigError(file: string, problems: readonly string[]): AppError {
  return new AppError('CONFIG_INVALID', { message: [`${file}:`, ...problems].join('\n  - ') });
}
