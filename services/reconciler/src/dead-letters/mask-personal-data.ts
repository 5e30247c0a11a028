import { maskOpenId } from '@huidiao/runtime';

/** Names under which WeChat and we keep who somebody is; compared in small letters without `_` and `-`. */
const personal = /(openid|unionid|touser)$/;

/** A copy of a payload in which it cannot be seen who somebody is, wherever in it that stands. */
export function maskPersonalData(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskPersonalData);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      isPersonal(name) ? mask(inner) : maskPersonalData(inner),
    ]),
  );
}

function isPersonal(name: string): boolean {
  return personal.test(name.toLowerCase().replaceAll(/[_-]/g, ''));
}

function mask(value: unknown): unknown {
  if (value === null) return null;
  return typeof value === 'string' ? maskOpenId(value) : '****';
}
