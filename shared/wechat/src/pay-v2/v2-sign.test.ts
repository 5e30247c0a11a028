import { expect } from 'chai';
import { describe, it } from 'mocha';
import { vectorBytes, vectorJson } from '../pay/vectors.fixture.test.ts';
import { toFlatFields } from '../xml/flat-fields.ts';
import { parseXml } from '../xml/parse-xml.ts';
import { findV2SignFault, toV2Sign, toV2SignedText, type V2SignType } from './v2-sign.ts';

interface SignVector {
  readonly key: string;
  readonly params: Readonly<Record<string, string>>;
  readonly expect: Readonly<Partial<Record<V2SignType, string>>>;
}

interface SignStringVector {
  readonly ksort: readonly { readonly in: readonly string[]; readonly sorted: readonly string[] }[];
  readonly query_string_like: readonly {
    readonly in: Readonly<Record<string, string | null>>;
    readonly out: string;
  }[];
}

/** Fields in the order given; null is a field that is not there. */
function fieldsOf(params: Readonly<Record<string, string | null>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== null));
}

describe('the sign of API v2', () => {
  for (const file of ['wxjava-sign.json', 'official-miniprogram-paysign-md5.json']) {
    const vector = vectorJson<SignVector>(`v2/${file}`);
    const text = toV2SignedText(fieldsOf(vector.params));

    for (const type of ['MD5', 'HMAC-SHA256'] as const) {
      const sign = vector.expect[type];
      if (sign === undefined) continue;
      it(`is that of ${file} with ${type}, and verifies with its key only`, () => {
        expect(toV2Sign(text, vector.key, type)).to.equal(sign);
        const signed = fieldsOf({ ...vector.params, sign });
        expect(findV2SignFault(signed, [vector.key])).to.equal(undefined);
        expect(findV2SignFault(signed, ['x'.repeat(32), vector.key])).to.equal(undefined);
        expect(findV2SignFault(signed, ['x'.repeat(32)])).to.equal('sign_wrong');
        expect(findV2SignFault(signed, [])).to.equal('sign_wrong');
      });
    }
  }

  it('is that of axios-md5.json over no fields at all', () => {
    const { cases } = vectorJson<{ cases: { text: string; key?: string; md5: string }[] }>(
      'v2/axios-md5.json',
    );
    const keyed = cases.filter(({ key }) => key !== undefined);
    expect(keyed).to.have.lengthOf(1);
    for (const { text, key = '', md5 } of keyed) {
      expect(toV2Sign(text, key, 'MD5').toLowerCase()).to.equal(md5);
    }
  });

  it('orders names by their bytes, as php-sign-string.json does', () => {
    for (const { in: names, sorted } of vectorJson<SignStringVector>('v2/php-sign-string.json').ksort) {
      const text = toV2SignedText(new Map(names.map((name) => [name, '1'])));
      expect(text).to.equal(sorted.map((name) => `${name}=1`).join('&'));
    }
  });

  it('covers what php-sign-string.json covers, in order', () => {
    const inOrder = (text: string) => text.split('&').sort().join('&');
    for (const { in: params, out } of vectorJson<SignStringVector>('v2/php-sign-string.json')
      .query_string_like) {
      expect(toV2SignedText(fieldsOf(params))).to.equal(inOrder(out));
    }
  });

  for (const file of ['php-paysuccess.notification.sample.xml', 'php-unifiedorder.sample.xml']) {
    it(`of ${file}, whose key is not published, is no other key’s`, () => {
      const root = parseXml(vectorBytes(`v2/${file}`));
      const fields = root === undefined ? undefined : toFlatFields(root);
      if (fields === undefined) throw new Error('the sample is not flat');
      expect(fields.get('sign')).to.match(/^[0-9A-F]{32}$/);
      const key = '192006250b4c09247ec02edce69f6a2d';
      expect(findV2SignFault(fields, [key])).to.equal('sign_wrong');
      const sign = toV2Sign(toV2SignedText(fields), key, 'MD5');
      expect(findV2SignFault(new Map([...fields, ['sign', sign]]), [key])).to.equal(undefined);
    });
  }
});
