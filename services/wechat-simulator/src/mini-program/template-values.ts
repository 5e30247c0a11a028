import { MiniProgramRefusal } from './api-error.ts';

type Rule = (value: string) => boolean;

const characters = (value: string): number => [...value].length;
const han = /\p{Script=Han}/u;

/**
 * What each type of keyword takes (thing1 is of type thing).
 * https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/sendMessage.html
 */
const rules: Readonly<Record<string, Rule>> = {
  thing: (value) => characters(value) <= 20,
  number: (value) => /^\d+(\.\d+)?$/.test(value) && characters(value) <= 32,
  letter: (value) => /^[A-Za-z]{1,32}$/.test(value),
  symbol: (value) => characters(value) <= 5 && !/[0-9A-Za-z]/.test(value),
  character_string: (value) => characters(value) <= 32 && !han.test(value),
  time: (value) => /\d{1,2}:\d{2}(:\d{2})?/.test(value),
  date: (value) => /^\d{4}[年\-/.]\d{1,2}|^\d{1,2}[月\-/.]\d{1,2}/.test(value),
  amount: (value) => /^[¥￥$€£]?\d{1,10}(\.\d+)?元?$/.test(value),
  phone_number: (value) => characters(value) <= 17 && /^[\d+\-() *]+$/.test(value),
  car_number: (value) => characters(value) <= 8,
  name: (value) => characters(value) <= (han.test(value) ? 10 : 20),
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
    if (/[\u0000-\u001f]/.test(value) || rule?.(value) === false) throw invalid(keyword, 'invalid');
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
