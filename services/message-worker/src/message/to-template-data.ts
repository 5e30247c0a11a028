import type { MessagePlaceholder, MessageTemplate } from '@huidiao/contracts';

/** What the placeholders of a message stand for. */
export interface MessageFacts {
  readonly outTradeNo: string;
  readonly transactionId: string;
  readonly description: string;
  readonly amountFen: number;
  readonly paidAt: Date;
}

/**
 * The longest value of a keyword's kind, in characters. Only kinds of free text are here: a number, an amount or
 * a time that was cut would say something else, and WeChat refuses a wrong one (47003) where somebody sees it.
 * https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/sendMessage.html
 */
const longestText: ReadonlyMap<string, number> = new Map([
  ['thing', 20],
  ['character_string', 32],
  ['letter', 32],
  ['symbol', 5],
  ['phrase', 5],
]);
/** A name of Han characters is shorter than one of letters; a mixed one counts as Han. */
const longestName = { han: 10, latin: 20 };

/** WeChat refuses an empty value, and a description of blanks alone would be one. */
const emptyText = '-';

/** Keyword (thing1, amount2, …) → the text that goes to WeChat, within the limits of the keyword's kind. */
export function toTemplateData(template: MessageTemplate, facts: MessageFacts): Record<string, string> {
  const values = toPlaceholderValues(facts);
  const data = Object.entries(template.data).map(([keyword, text]) => [
    keyword,
    toKeywordValue(
      keyword,
      fill(text, (name) => values[name]),
    ),
  ]);
  return Object.fromEntries(data);
}

/** The page that the message opens, each placeholder percent-encoded. */
export function toTemplatePage(template: MessageTemplate, facts: MessageFacts): string | undefined {
  const values = toPlaceholderValues(facts);
  return template.page && fill(template.page, (name) => encodeURIComponent(values[name]));
}

function toPlaceholderValues(facts: MessageFacts): Record<MessagePlaceholder, string> {
  return {
    out_trade_no: facts.outTradeNo,
    transaction_id: facts.transactionId,
    description: facts.description,
    amount_yuan: toYuan(facts.amountFen),
    paid_at: toBeijingTime(facts.paidAt),
  };
}

/** A placeholder's value is not searched for placeholders again: a description may hold braces. */
function fill(text: string, fillWith: (name: MessagePlaceholder) => string): string {
  return text.replaceAll(/\{(out_trade_no|transaction_id|description|amount_yuan|paid_at)\}/g, (_, name) =>
    fillWith(name),
  );
}

function toKeywordValue(keyword: string, filled: string): string {
  const kind = keyword.replace(/[0-9]+$/, '');
  const text = filled.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  const longest = kind === 'name' ? longestNameOf(text) : longestText.get(kind);
  return (longest === undefined ? text : cut(text, longest)) || emptyText;
}

function longestNameOf(text: string): number {
  return /\p{Script=Han}/u.test(text) ? longestName.han : longestName.latin;
}

/**
 * At most `longest` code points, and at most `longest` UTF-16 units: how WeChat counts an emoji is not documented,
 * and this is within the limit by either count. No character is cut in half.
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

/** Fen to yuan with two decimals, by integers alone: 1 → `0.01`. */
export function toYuan(amountFen: number): string {
  const digits = String(amountFen).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** China has had one time zone and no summer time since 1991. */
const beijingOffsetMs = 8 * 60 * 60 * 1_000;

/** `2019年10月1日 15:01`, a form that WeChat names for `time` and for `date`. */
export function toBeijingTime(moment: Date): string {
  const shifted = new Date(moment.getTime() + beijingOffsetMs);
  const time = shifted.toISOString().slice(11, 16);
  return `${shifted.getUTCFullYear()}年${shifted.getUTCMonth() + 1}月${shifted.getUTCDate()}日 ${time}`;
}
