import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseXml, type XmlElement } from './parse-xml.ts';

/** As `name(child, child)` or `name=text`, short enough for a table. */
function sketch(element: XmlElement | undefined): string | undefined {
  if (element === undefined) return undefined;
  const { name, children, text } = element;
  return children.length > 0 ? `${name}(${children.map(sketch).join(',')})` : `${name}=${text}`;
}

function parseText(text: string): string | undefined {
  return sketch(parseXml(Buffer.from(text, 'utf8')));
}

const read: readonly [what: string, document: string, expected: string][] = [
  ['an empty root', '<xml></xml>', 'xml='],
  ['an empty element', '<xml><attach/><a /></xml>', 'xml(attach=,a=)'],
  ['text and CDATA', '<xml><a>1</a><b><![CDATA[支付测试]]></b></xml>', 'xml(a=1,b=支付测试)'],
  ['two sections as one text', '<a><![CDATA[x]]]]><![CDATA[>y]]></a>', 'a=x]]>y'],
  ['markup in CDATA as text', '<a><![CDATA[<!DOCTYPE x>&lt;<b>]]></a>', 'a=<!DOCTYPE x>&lt;<b>'],
  ['the five entities, once', '<a>&lt;&gt;&amp;amp;&apos;&quot;</a>', `a=<>&amp;'"`],
  ['white space around tags', ' \n<xml>\r\n\t<a>1</a >\n</xml>\n', 'xml(a=1)'],
  ['white space of a value, kept', '<a> 1\r\n</a>', 'a= 1\r\n'],
  ['nesting and repetition', '<x><L><a>1</a></L><L><a>2</a></L></x>', 'x(L(a=1),L(a=2))'],
  ['a byte order mark', '\uFEFF<a>1</a>', 'a=1'],
  ['a declaration', '<?xml version="1.0" encoding="UTF-8"?>\n<a>1</a>', 'a=1'],
  ['both', "\uFEFF<?xml version='1.0' encoding='utf-8' standalone='yes' ?><a/>", 'a='],
  ['signs that only look like markup', '<a>1 > 0 ] ]></a>', 'a=1 > 0 ] ]>'],
  ['characters beyond the first plane', '<a>😀</a>', 'a=😀'],
  ['names with digits and underscores', '<coupon_fee_0>1</coupon_fee_0>', 'coupon_fee_0=1'],
  ['the name of an inherited property', '<__proto__>1</__proto__>', '__proto__=1'],
];

const refused: readonly [what: string, document: string][] = [
  ['nothing', ''],
  ['white space', ' \n'],
  ['plain text', 'SUCCESS'],
  ['JSON', '{"return_code":"SUCCESS"}'],
  ['text before the root', 'x<a/>'],
  ['text behind the root', '<a/>x'],
  ['CDATA outside the root', '<![CDATA[ ]]><a/>'],
  ['an entity outside the root', '&amp;<a/>'],
  ['two roots', '<a/><b/>'],
  ['a root that is not closed', '<a><b></b>'],
  ['a tag that is not closed', '<a'],
  ['a tag closed by another', '<a><b></a></b>'],
  ['a close without its beginning', '</a>'],
  ['one close too many', '<a></a></a>'],
  ['both slashes', '<a></a/>'],
  ['an attribute', '<a b="1"></a>'],
  ['a name space', '<a xmlns="urn:x"/>'],
  ['a prefix', '<x:a></x:a>'],
  ['a name that begins with a digit', '<1a></1a>'],
  ['white space before a name', '< a></ a>'],
  ['a name of 129 characters', `<${'a'.repeat(129)}/>`],
  ['a comment', '<a><!-- 1 --></a>'],
  ['a processing instruction', '<?php 1 ?><a/>'],
  ['a DOCTYPE', '<!DOCTYPE a><a/>'],
  ['a DOCTYPE in small letters', '<!doctype a><a/>'],
  ['a DOCTYPE behind the declaration', '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
  ['an entity of its own', '<a>&b;</a>'],
  ['a character reference', '<a>&#65;</a>'],
  ['a character reference in hexadecimal', '<a>&#x41;</a>'],
  ['a lone ampersand', '<a>a & b</a>'],
  ['an entity in capitals', '<a>&AMP;</a>'],
  ['the end of a section without its beginning', '<a>]]></a>'],
  ['a section without an end', '<a><![CDATA[1</a>'],
  ['a section in small letters', '<a><![cdata[1]]></a>'],
  ['text beside elements', '<a>1<b/></a>'],
  ['a declaration behind white space', '\n<?xml version="1.0"?><a/>'],
  ['a declaration of another encoding', '<?xml version="1.0" encoding="GBK"?><a/>'],
  ['a declaration without a version', '<?xml encoding="UTF-8"?><a/>'],
  ['a second declaration', '<?xml version="1.0"?><?xml version="1.0"?><a/>'],
  ['two byte order marks', '\uFEFF\uFEFF<a/>'],
  ['a NUL', '<a>\0</a>'],
  ['a NUL in CDATA', '<a><![CDATA[\0]]></a>'],
  ['a control character', '<a>\u001B</a>'],
  ['a character that is none', '<a>\uFFFE</a>'],
];

describe("WeChat's XML", () => {
  for (const [what, document, expected] of read) {
    it(`is read with ${what}`, () => {
      expect(parseText(document)).to.equal(expected);
    });
  }

  for (const [what, document] of refused) {
    it(`is refused with ${what}`, () => {
      expect(parseText(document)).to.equal(undefined);
    });
  }

  it('is refused in bytes that are no UTF-8', () => {
    const gbk = Buffer.concat([
      Buffer.from('<a>'),
      Buffer.from([0xd6, 0xa7, 0xb8, 0xb6]),
      Buffer.from('</a>'),
    ]);
    expect(parseXml(gbk)).to.equal(undefined);
    expect(parseXml(Buffer.from('<a/>', 'utf16le'))).to.equal(undefined);
  });

  it('is refused beyond its limits, and read at them', () => {
    const limits = { maxBytes: 100, maxDepth: 3, maxElements: 4 };
    const parse = (text: string) => sketch(parseXml(Buffer.from(text, 'utf8'), limits));

    expect(parse(`<a>${'x'.repeat(93)}</a>`)).to.equal(`a=${'x'.repeat(93)}`);
    expect(parse(`<a>${'x'.repeat(94)}</a>`)).to.equal(undefined);
    expect(parse('<a><b><c/></b></a>')).to.equal('a(b(c=))');
    expect(parse('<a><b><c><d/></c></b></a>')).to.equal(undefined);
    expect(parse('<a><b/><b/><b/></a>')).to.equal('a(b=,b=,b=)');
    expect(parse('<a><b/><b/><b/><b/></a>')).to.equal(undefined);
  });

  it('is refused within the limits that nobody set', () => {
    expect(parseText(`${'<a>'.repeat(17)}${'</a>'.repeat(17)}`)).to.equal(undefined);
    expect(parseText(`<a>${'<b/>'.repeat(10_000)}</a>`)).to.equal(undefined);
    expect(parseText(`<a>${'x'.repeat(2_000_000)}</a>`)).to.equal(undefined);
  });
});
