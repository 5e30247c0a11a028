import { MiniProgramRefusal } from './api-error.ts';

type Rule = (value: string) => boolean;

const characters = (value: string): number => [...value].length;
const han = /\p{Script=Han}/u;
const clockTime = String.raw`([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?`;
const dayOfMonth = String.raw`(\d{4}(年|[-/.]))?\d{1,2}(月|[-/.])\d{1,2}日?|\d{4}(年|[-/.])\d{1,2}月?`;
const timeRule = toRange(String.raw`((${dayOfMonth})\s*)?${clockTime}`);
const dateRule = toRange(String.raw`(${dayOfMonth})(\s*${clockTime})?`);

/** One of them, or two with `~` in between. */
function toRange(pattern: string): RegExp {
  return new RegExp(`^${pattern}(\\s*~\\s*${pattern})?$`, 'u');
}

/**
 * What each type of keyword takes (thing1 is of type thing); `enum` and `const` take what their templates list, which
 * nobody tells here.
 * https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/sendMessage.html
 */
const rules: Readonly<Record<string, Rule>> = {
  thing: (value) => characters(value) <= 20,
  number: (value) => /^\d+(\.\d+)?$/.test(value) && characters(value) <= 32,
  letter: (value) => /^[A-Za-z]{1,32}$/.test(value),
  symbol: (value) => /^[\p{P}\p{S}]{1,5}$/u.test(value),
  character_string: (value) => /^[\dA-Za-z\p{P}\p{S} ]{1,32}$/u.test(value),
  time: (value) => timeRule.test(value),
  date: (value) => dateRule.test(value),
  amount: (value) => /^\p{Sc}?\d{1,10}(\.\d+)?元?$/u.test(value),
  phone_number: (value) => /^[\d\p{P}\p{S} ]{1,17}$/u.test(value),
  car_number: (value) => /^[\p{Script=Han}\dA-Za-z][\dA-Za-z]{0,6}[\p{Script=Han}\dA-Za-z]$/u.test(value),
  name: (value) => !/\d/.test(value) && characters(value) <= (han.test(value) ? 10 : 20),
  phrase: (value) => /^\p{Script=Han}{1,5}$/u.test(value),
};

/** Throws 47003 where a keyword of the template is missing, is not one of it, or its value breaks the rule. */
export function assertTemplateValues(
  keywords: readonly string[],
  data: Readonly<Record<string, unknown>>,
): void {
  for (const keyword of keywords) {
    const value = toValue(data[keyword]);
    if (value === undefined || value === '') throw invalid(keyword, 'is empty');
    const rule = rules[keyword.replace(/\d+$/, '')];
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what WeChat refuses
    if (/[\u0000-\u001f\u007f]/.test(value) || rule?.(value) === false) throw invalid(keyword, 'invalid');
  }
  const unknown = Object.keys(data).find((keyword) => !keywords.includes(keyword));
  if (unknown !== undefined) throw invalid(unknown, 'is not in the template');
}

function toValue(entry: unknown): string | undefined {
  if (entry === null || typeof entry !== 'object' || !('value' in entry)) return undefined;
  return typeof entry.value === 'string' ? entry.value : undefined;
}

/** WeChat cuts the field's name in errmsg now and then; nobody can decide by it. */
function invalid(keyword: string, problem: string): MiniProgramRefusal {
  return new MiniProgramRefusal(47003, `argument invalid! data.${keyword}.value ${problem}`);
}
