import { isPushObject, type PushObject, type PushValue } from './push-document.ts';

/**
 * The fields of a push under WeChat's names, which pages and SDKs write in different case (OpenID, openid): a field
 * is found under exactly its name first, then under the same name in other case.
 * What is absent, empty or of another kind is undefined; no call throws.
 */
export class PushFields {
  readonly #object: PushObject;
  readonly #byLowerCase = new Map<string, PushValue>();

  constructor(object: PushObject) {
    this.#object = object;
    for (const [name, value] of Object.entries(object)) {
      const lower = name.toLowerCase();
      if (!this.#byLowerCase.has(lower)) this.#byLowerCase.set(lower, value);
    }
  }

  /** Text or a number's digits, without white space around it. */
  text(name: string): string | undefined {
    const value = this.#find(name);
    return typeof value === 'string' ? value.trim() || undefined : undefined;
  }

  /** Text for people, cut to what an event holds; never through a character. */
  prose(name: string): string | undefined {
    return this.text(name)
      ?.slice(0, longestProse)
      .replace(/[\uD800-\uDBFF]$/, '');
  }

  /** A whole number that a double holds exactly. */
  integer(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined || !/^-?[0-9]{1,16}$/.test(text)) return undefined;
    const number = Number(text);
    return Number.isSafeInteger(number) ? number : undefined;
  }

  /** Seconds since 1970 as ISO 8601. 0 is how a sender writes a time that there is not. */
  seconds(name: string): string | undefined {
    return toInstant((this.integer(name) ?? 0) * 1_000);
  }

  /** The same, of milliseconds. */
  milliseconds(name: string): string | undefined {
    return toInstant(this.integer(name) ?? 0);
  }

  /** A time of day in Beijing, `2023-07-20 17:04:28`, or one with its offset, as ISO 8601 in UTC. */
  clockTime(name: string): string | undefined {
    const text = this.text(name) ?? '';
    if (inBeijing.test(text)) return toInstant(Date.parse(`${text.replace(' ', 'T')}+08:00`));
    return withOffset.test(text) ? toInstant(Date.parse(text)) : undefined;
  }

  /** The fields inside a field; none where there is no such field. */
  fields(name: string): PushFields {
    const value = this.#find(name);
    return value !== undefined && isPushObject(value) ? new PushFields(value) : noFields;
  }

  /** The fields of each item; one object counts as a list of one, which is how WeChat sends those. */
  items(name: string): readonly PushFields[] {
    return toItems(this.#find(name));
  }

  /**
   * `List` of the subscription events: at the top in JSON, in a field named after the event in XML and in older JSON.
   * https://github.com/royalrick/weapp/issues/63
   */
  list(wrapper: string): readonly PushFields[] {
    const atTop = this.items('List');
    if (atTop.length > 0) return atTop;
    return this.items(wrapper).flatMap((wrapped) => {
      const items = wrapped.items('List');
      return items.length > 0 ? items : [wrapped];
    });
  }

  #find(name: string): PushValue | undefined {
    return Object.hasOwn(this.#object, name) ? this.#object[name] : this.#byLowerCase.get(name.toLowerCase());
  }
}

const longestProse = 1_000;
const inBeijing = /^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$/;
const withOffset = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:Z|[+-][0-9]{2}:[0-9]{2})$/;
const noFields = new PushFields({});

function toItems(value: PushValue | undefined): readonly PushFields[] {
  if (value === undefined || typeof value === 'string') return [];
  if (isPushObject(value)) return [new PushFields(value)];
  return value.filter(isPushObject).map((item) => new PushFields(item));
}

/** The years from 1970 to 9999; undefined beyond them. */
function toInstant(ms: number): string | undefined {
  return ms > 0 && ms < 253_402_300_800_000 ? new Date(ms).toISOString() : undefined;
}
