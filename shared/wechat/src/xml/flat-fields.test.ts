import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toFlatFields } from './flat-fields.ts';
import { parseXml } from './parse-xml.ts';

function fieldsOf(text: string): [string, string][] | undefined {
  const root = parseXml(Buffer.from(text, 'utf8'));
  if (root === undefined) throw new Error('the document is no XML');
  const fields = toFlatFields(root);
  return fields === undefined ? undefined : [...fields];
}

describe('flat fields', () => {
  it('are the elements below the root, in the order sent', () => {
    expect(fieldsOf('<xml><b>2</b><a>1</a><c/></xml>')).to.deep.equal([
      ['b', '2'],
      ['a', '1'],
      ['c', ''],
    ]);
    expect(fieldsOf('<xml/>')).to.deep.equal([]);
  });

  it('may have names that every object has', () => {
    const names = ['__proto__', 'constructor', 'toString'];
    const document = names.map((name) => `<${name}>1</${name}>`).join('');
    expect(fieldsOf(`<xml>${document}</xml>`)).to.deep.equal(names.map((name) => [name, '1']));
  });

  it('are none where a field holds elements', () => {
    expect(fieldsOf('<xml><a><b>1</b></a></xml>')).to.equal(undefined);
    expect(fieldsOf('<xml><a><b/></a></xml>')).to.equal(undefined);
  });

  it('are none where a field comes twice, even with one value', () => {
    expect(fieldsOf('<xml><a>1</a><b/><a>1</a></xml>')).to.equal(undefined);
  });
});
