import type { XmlElement } from './parse-xml.ts';

/**
 * The fields of a flat document, as API v2 and plain pushes have them: name → text, in the order sent.
 * Undefined where a field holds other elements or comes twice: nobody could tell which one counts.
 */
export function toFlatFields(element: XmlElement): ReadonlyMap<string, string> | undefined {
  const fields = new Map<string, string>();
  for (const { name, children, text } of element.children) {
    if (children.length > 0 || fields.has(name)) return undefined;
    fields.set(name, text);
  }
  return fields;
}
