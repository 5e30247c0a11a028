import { maskOpenId } from '@huidiao/runtime';

/** Names under which WeChat and we keep who somebody is; compared in small letters without `_` and `-`. */
const personal = /(openid|unionid|touser|fromusername)$/;
/** What WeChat sent, as text: in it there are such names too. */
const asText = /^(content|body)$/;

/** A copy of a payload in which it cannot be seen who somebody is, wherever in it that stands. */
export function maskPersonalData(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskPersonalData);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, maskUnder(name, inner)]));
}

function maskUnder(name: string, value: unknown): unknown {
  if (isPersonal(name)) return mask(value);
  if (asText.test(name) && typeof value === 'string') return maskText(value);
  if (name === 'query' && typeof value === 'string') return maskQuery(value);
  return maskPersonalData(value);
}

function isPersonal(name: string): boolean {
  return personal.test(name.toLowerCase().replaceAll(/[_-]/g, ''));
}

function mask(value: unknown): unknown {
  if (value === null) return null;
  return typeof value === 'string' ? maskOpenId(value) : '****';
}

/** JSON is read as such; in XML, and in whatever else it may be, elements of such names are looked for. */
function maskText(text: string): string {
  try {
    return JSON.stringify(maskPersonalData(JSON.parse(text)));
  } catch {
    return text.replaceAll(
      /<([\w-]+)>(<!\[CDATA\[)?([^<\]]*)/g,
      (whole: string, name: string, open = '', inner = '') =>
        isPersonal(name) && inner !== '' ? `<${name}>${open}${maskOpenId(inner)}` : whole,
    );
  }
}

/** The message push names the user behind its path. */
function maskQuery(query: string): string {
  return query.replaceAll(/(^|&)([^=&]+)=([^&]*)/g, (whole, before: string, name: string, value: string) =>
    isPersonal(name) ? `${before}${name}=${maskOpenId(value)}` : whole,
  );
}
