/**
 * What a value of a message template may be, by its kind: the keyword without its number (thing1 is a `thing`).
 * https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/sendMessage.html
 */
interface ValueRule {
  /** In UTF-16 units: how WeChat counts an emoji is not documented, and by this count it is never too long. */
  readonly longest: number;
  readonly pattern?: RegExp;
  /** Completes "must be …". */
  readonly words: string;
}

const month = '(0?[1-9]|1[0-2])';
const day = '(0?[1-9]|[12][0-9]|3[01])';
const clockTime = '([01]?[0-9]|2[0-4]):[0-5][0-9](:[0-5][0-9])?';
const calendarDay = [
  `([0-9]{4}年)?${month}月(${day}日)?`,
  ...['-', '/', '\\.'].flatMap((mark) => [
    `([0-9]{4}${mark})?${month}${mark}${day}`,
    `[0-9]{4}${mark}${month}`,
  ]),
].join('|');

/** One, or two with `~` between them. */
function toRange(pattern: string): RegExp {
  return new RegExp(`^${pattern}( ?~ ?${pattern})?$`);
}

const anyText = 200;
const rules: Readonly<Record<string, ValueRule>> = {
  thing: { longest: 20, words: 'at most 20 characters' },
  number: {
    longest: 32,
    pattern: /^[0-9]+(\.[0-9]+)?$/,
    words: 'at most 32 digits, with decimals or without',
  },
  letter: { longest: 32, pattern: /^[A-Za-z]+$/, words: 'at most 32 letters' },
  symbol: { longest: 5, pattern: /^[\p{P}\p{S}]+$/u, words: 'at most 5 symbols' },
  character_string: {
    longest: 32,
    pattern: /^[0-9A-Za-z\p{P}\p{S} ]+$/u,
    words: 'at most 32 digits, letters and symbols, none of them Chinese',
  },
  time: {
    longest: anyText,
    pattern: toRange(`((${calendarDay}) ?)?${clockTime}`),
    words: 'a time such as 15:01 or 2019年10月1日 15:01, or two with ~ between them',
  },
  date: {
    longest: anyText,
    pattern: toRange(`(${calendarDay})( ?${clockTime})?`),
    words: 'a date such as 2019年10月1日 or 2019-10-01 15:01, or two with ~ between them',
  },
  amount: {
    longest: anyText,
    pattern: /^\p{Sc}?[0-9]{1,10}(\.[0-9]{1,10})?元?$/u,
    words: 'an amount of at most 10 digits such as ¥123.45 or 123.45元',
  },
  phone_number: { longest: 17, pattern: /^[0-9\p{P}\p{S} ]+$/u, words: 'at most 17 digits and symbols' },
  car_number: {
    longest: 8,
    pattern: /^[0-9A-Za-z\p{Script=Han}][0-9A-Za-z·]*[0-9A-Za-z\p{Script=Han}]?$/u,
    words: 'at most 8 letters and digits, of which the first and the last may be Chinese',
  },
  name: {
    longest: 20,
    pattern: /^(?:[^0-9]{1,10}|(?!.*\p{Script=Han})[^0-9]{1,20})$/u,
    words: 'at most 10 Chinese characters, or 20 letters and symbols; one that mixes them counts as Chinese',
  },
  phrase: {
    longest: 5,
    pattern: /^\p{Script=Han}+$/u,
    words: 'at most 5 Chinese characters and nothing else',
  },
  // Which values they take is listed in the template, which only WeChat knows.
  enum: { longest: anyText, words: 'one of the values that the template lists' },
  const: { longest: anyText, words: 'one of the values that the template lists' },
};
/** A name that is or may be cut: one of Han characters is shorter than one of letters, and a mixed one counts as Han. */
const longestHanName = 10;

/** A keyword of a template: its kind and a number. */
export const templateKeywordPattern = /^[a-z_]+[0-9]+$/;

/** What WeChat refuses in a value of whatever kind: control characters, line breaks, halves of characters. */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u;

/** The kind of a keyword: `thing` of `thing1`. */
export function toTemplateKind(keyword: string): string {
  return keyword.replace(/[0-9]+$/, '');
}

/** Whether WeChat's documents tell what this keyword takes. */
export function isKnownTemplateKind(keyword: string): boolean {
  return Object.hasOwn(rules, toTemplateKind(keyword));
}

/**
 * Why WeChat would refuse a value for this keyword (47003); `undefined` where it would not, as far as its documents say.
 * Of a kind that they do not name only what holds for all is checked.
 */
export function findTemplateValueProblem(keyword: string, value: string): string | undefined {
  const rule = ruleOf(keyword);
  if (value.trim() === '') return 'must not be empty';
  if (unprintable.test(value)) return 'must hold no line breaks, control characters or half characters';
  const fits = value.length <= rule.longest && (rule.pattern?.test(value) ?? true);
  return fits ? undefined : `must be ${rule.words}`;
}

function ruleOf(keyword: string): ValueRule {
  const kind = toTemplateKind(keyword);
  const known = Object.hasOwn(rules, kind) ? rules[kind] : undefined;
  return known ?? { longest: anyText, words: `at most ${anyText} characters` };
}

/**
 * Kinds of free text, which may be cut: a number, an amount or a time that was cut would say something else, and
 * WeChat refuses a wrong one where somebody sees it.
 */
const cuttable: ReadonlySet<string> = new Set([
  'thing',
  'character_string',
  'letter',
  'symbol',
  'phrase',
  'name',
]);

/** WeChat refuses an empty value, and a description of blanks alone would be one. */
const emptyText = '-';

/** Text from an order made to fit its keyword: in one line, not empty, and where its kind allows it cut to its length. */
export function fitTemplateValue(keyword: string, filled: string): string {
  const kind = toTemplateKind(keyword);
  const text = filled.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  if (!cuttable.has(kind)) return text || emptyText;
  const isHanName = kind === 'name' && /\p{Script=Han}/u.test(text);
  return cut(text, isHanName ? longestHanName : ruleOf(keyword).longest) || emptyText;
}

/**
 * At most `longest` code points, and at most `longest` UTF-16 units. No character is cut in half.
 * https://developers.weixin.qq.com/community/develop/doc/0002ca87bec7302249e9379bd51800
 */
function cut(text: string, longest: number): string {
  let kept = '';
  for (const character of text) {
    if (kept.length + character.length > longest) break;
    kept += character;
  }
  return kept.trimEnd();
}
