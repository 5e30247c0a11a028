import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parsePushDocument } from './push-document.ts';
import { PushFields } from './push-fields.ts';

function parse(text: string) {
  return parsePushDocument(Buffer.from(text, 'utf8'));
}

function fieldsOf(text: string): PushFields {
  const document = parse(text);
  if (document === undefined) throw new Error('the body is not read');
  return new PushFields(document.root);
}

describe('the body of a push', () => {
  it('says the same in JSON and in XML', () => {
    const json = '{"A":"1","B":2,"C":{"D":"回"},"L":[{"E":1},{"E":"2"}],"N":null,"T":true}';
    const xml =
      '<xml><A>1</A><B>2</B><C><D><![CDATA[回]]></D></C><L><E>1</E></L><L><E>2</E></L><T>true</T></xml>';
    expect(parse(json)?.root).to.deep.equal(parse(xml)?.root);
    expect(parse(json)?.format).to.equal('json');
    expect(parse(xml)?.format).to.equal('xml');
  });

  it('is read by its first character that is no space', () => {
    expect(parse(' \r\n\t{"A":1}')?.format).to.equal('json');
    expect(parse(' \r\n\t<xml><A>1</A></xml>')?.format).to.equal('xml');
  });

  it('has long numbers digit for digit, in its content too', () => {
    const json = '{"MsgId": 23637352235060880, "Other":-9007199254740993,"S":"\\"23637352235060881"}';
    expect(fieldsOf(json).text('MsgId')).to.equal('23637352235060880');
    expect(fieldsOf(json).text('Other')).to.equal('-9007199254740993');
    expect(parse(json)?.toContent()).to.equal(
      '{"MsgId":"23637352235060880","Other":"-9007199254740993","S":"\\"23637352235060881"}',
    );
    const xml = '<xml><MsgId>23637352235060880</MsgId></xml>';
    expect(fieldsOf(xml).text('MsgId')).to.equal('23637352235060880');
    expect(parse(xml)?.toContent()).to.equal('{"MsgId":"23637352235060880"}');
  });

  it('has names of every object as names like any other', () => {
    for (const text of [
      '{"__proto__":{"Event":"a"},"constructor":"b"}',
      '<xml><__proto__><Event>a</Event></__proto__><constructor>b</constructor></xml>',
    ]) {
      expect(fieldsOf(text).text('Event')).to.equal(undefined);
      expect(fieldsOf(text).fields('__proto__').text('Event')).to.equal('a');
      expect(fieldsOf(text).text('constructor')).to.equal('b');
      expect(fieldsOf(text).text('toString')).to.equal(undefined);
      expect(parse(text)?.toContent()).to.include('"__proto__":{"Event":"a"}');
    }
  });

  it('is refused where it is deeper than anything that WeChat sends', () => {
    const nest = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    expect(parse(nest(16))).not.to.equal(undefined);
    expect(parse(nest(17))).to.equal(undefined);
    expect(parse(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)).to.equal(undefined);
    expect(parse('{"a":'.repeat(100_000))).to.equal(undefined);
  });

  const refused: readonly [what: string, body: Buffer][] = [
    ['nothing', Buffer.alloc(0)],
    ['white space', Buffer.from(' \n')],
    ['a list', Buffer.from('[{"A":1}]')],
    ['text', Buffer.from('success')],
    ['a form', Buffer.from('a=1&b=2')],
    ['half of an object', Buffer.from('{"A":1')],
    ['two objects', Buffer.from('{}{}')],
    ['another root', Buffer.from('<html><A>1</A></html>')],
    ['a DOCTYPE', Buffer.from('<!DOCTYPE xml [<!ENTITY a "b">]><xml><A>&a;</A></xml>')],
    [
      'bytes that are no UTF-8',
      Buffer.concat([Buffer.from('{"A":"'), Buffer.from([0xd6, 0xa7, 0xb8, 0xb6]), Buffer.from('"}')]),
    ],
    ['UTF-16', Buffer.from('{"A":1}', 'utf16le')],
  ];
  for (const [what, body] of refused) {
    it(`is refused as ${what}`, () => {
      expect(parsePushDocument(body)).to.equal(undefined);
    });
  }

  /** 1.5 MB is what the ingress takes; the square of it would take minutes. */
  for (const [what, text] of [
    ['quotes', `{"a":${'"'.repeat(1_500_000)}`],
    ['escaped quotes', `{"a":"${'\\"'.repeat(750_000)}"}`],
    ['digits', `{"a":${'1'.repeat(1_500_000)}.}`],
    ['long numbers', `{"a":[${'12345678901234567,'.repeat(80_000)}1]}`],
    ['fields', `{${Array.from({ length: 100_000 }, (_, index) => `"f${index}":1`).join(',')}}`],
    ['spaces', `${' '.repeat(1_500_000)}{}`],
    ['braces', '{'.repeat(1_500_000)],
  ] as const) {
    it(`is read in time by its length, not by the square of it, with ${what}`, () => {
      const before = process.hrtime.bigint();
      const document = parse(text);
      if (document !== undefined) new PushFields(document.root).text('f1');
      expect(Number(process.hrtime.bigint() - before) / 1e6).to.be.lessThan(3_000);
    });
  }
});

describe('the fields of a push', () => {
  it('are found under their own name first, then under it in other case', () => {
    const fields = fieldsOf('{"openid":"a","OpenID":"b","MSGTYPE":"c"}');
    expect([fields.text('OpenID'), fields.text('openid'), fields.text('OPENID')]).to.deep.equal([
      'b',
      'a',
      'a',
    ]);
    expect(fields.text('MsgType')).to.equal('c');
  });

  it('are absent where they are empty or of another kind', () => {
    const fields = fieldsOf('{"a":"","b":" ","c":{},"d":[],"e":"x","f":{"g":1}}');
    for (const name of ['a', 'b', 'c', 'd', 'none']) expect(fields.text(name), name).to.equal(undefined);
    expect(fields.fields('e').text('g')).to.equal(undefined);
    expect(fields.items('e')).to.deep.equal([]);
    expect(fields.integer('e')).to.equal(undefined);
  });

  it('are whole numbers only where a double holds them', () => {
    const fields = fieldsOf('{"a":1,"b":"-2","c":1.5,"d":9007199254740993,"e":"9007199254740991","f":"0x1"}');
    expect(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => fields.integer(name))).to.deep.equal([
      1,
      -2,
      undefined,
      undefined,
      9_007_199_254_740_991,
      undefined,
    ]);
  });

  it('are times between 1970 and 9999', () => {
    const fields = fieldsOf(
      '{"a":1763776800,"b":"0","c":253402300800,"d":-1,"e":"2023-07-20 17:04:28","f":"2023-13-40 17:04:28","g":"2026-07-03T12:47:13+08:00","h":"2026-07-03T12:47:13"}',
    );
    expect(['a', 'b', 'c', 'd'].map((name) => fields.seconds(name))).to.deep.equal([
      '2025-11-22T02:00:00.000Z',
      undefined,
      undefined,
      undefined,
    ]);
    expect(['e', 'f', 'g', 'h'].map((name) => fields.clockTime(name))).to.deep.equal([
      '2023-07-20T09:04:28.000Z',
      undefined,
      '2026-07-03T04:47:13.000Z',
      undefined,
    ]);
  });

  it('of prose are cut, and never through a character', () => {
    const prose = (text: string) => fieldsOf(JSON.stringify({ text })).prose('text');
    expect(prose('x'.repeat(1_001))).to.equal('x'.repeat(1_000));
    expect(prose(`${'x'.repeat(999)}😀`)).to.equal('x'.repeat(999));
    expect(prose(`${'x'.repeat(998)}😀`)).to.equal(`${'x'.repeat(998)}😀`);
  });
});
