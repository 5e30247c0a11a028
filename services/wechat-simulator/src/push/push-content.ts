import type { PushSpec } from '../events/event-spec.ts';
import type { EventSubject } from '../events/event-subject.ts';
import { mergeFields } from '../merge-fields.ts';
import type { JsonObject } from '../write-json.ts';

export type PushFormat = 'json' | 'xml';

/**
 * How the items of a template event are written in JSON. `natural`: `List` at the top level, an object for one item, a
 * list for several. The others were all seen: https://github.com/royalrick/weapp/issues/63
 */
export const listShapes = ['natural', 'object', 'array', 'wrapped-object', 'wrapped-array'] as const;
export type ListShape = (typeof listShapes)[number];

/** What a push says, as it is written in one format. XML always wraps the items. */
export function toPushContent(
  spec: PushSpec,
  about: EventSubject,
  options: { format: PushFormat; listShape: ListShape; fields?: JsonObject | undefined },
): JsonObject {
  const isAboutTemplates = spec.list !== undefined && options.format === 'json';
  const content = {
    ToUserName: about.originalId,
    FromUserName: spec.from === 'user' ? about.openId : about.systemOpenId,
    CreateTime: isAboutTemplates ? String(about.unixSeconds) : about.unixSeconds,
    MsgType: spec.msgType,
    Event: spec.event,
    ...spec.fields(about),
    ...toList(spec, about, options),
  };
  return mergeFields(content, options.fields);
}

function toList(
  { list }: PushSpec,
  about: EventSubject,
  { format, listShape }: { format: PushFormat; listShape: ListShape },
): JsonObject {
  if (list === undefined) return {};
  const items = list.items(about);
  if (format === 'xml') return { [list.wrapper]: { List: items } };
  const isObject = listShape.endsWith('object') || (listShape === 'natural' && items.length === 1);
  const written = { List: isObject ? items[0] : items };
  return listShape.startsWith('wrapped') ? { [list.wrapper]: written } : written;
}
