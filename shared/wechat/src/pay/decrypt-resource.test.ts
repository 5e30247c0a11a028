import { createCipheriv } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { decryptResource } from './decrypt-resource.ts';
import { openAead } from './open-aead.ts';
import { vectorJson } from './vectors.fixture.test.ts';

interface AeadVector {
  readonly cases: readonly {
    readonly key: string;
    readonly nonce: string;
    readonly aad: string;
    readonly ciphertext: string;
    readonly plaintext?: string;
    readonly error?: boolean;
  }[];
}

const key = 'K8264ILTKCH16CQ2502SI8ZNMTM67VSa';
const otherKey = 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx';
const plaintext = '{"trade_state":"SUCCESS","attach":"付款"}';
const resource = seal(plaintext, 'transaction');

function seal(text: string, associatedData: string) {
  const nonce = 'Kj7QIyUiYx1q';
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(associatedData));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return {
    algorithm: 'AEAD_AES_256_GCM',
    ciphertext: sealed.toString('base64'),
    nonce,
    associated_data: associatedData as string | null | undefined,
  };
}

describe('opening AES-GCM', () => {
  for (const file of ['go', 'axios', 'dotnet-certificate']) {
    const { cases } = vectorJson<AeadVector>(`v3-aes-gcm/${file}.json`);
    cases.forEach((sealed, index) => {
      it(`gives what ${file}.json publishes, case ${index + 1}`, () => {
        const opened = openAead({ ...sealed, associatedData: sealed.aad });
        expect(opened.opened ? opened.plaintext : undefined).to.equal(sealed.plaintext);
        expect(opened.opened).to.equal(sealed.error !== true);
      });

      if (sealed.error === true) return;
      it(`refuses ${file}.json, case ${index + 1}, with anything about it changed`, () => {
        const changed = Buffer.from(sealed.ciphertext, 'base64');
        changed.writeUInt8(changed.readUInt8(0) ^ 1, 0);
        const associatedData = sealed.aad;
        for (const altered of [
          { ...sealed, associatedData: `${associatedData}x` },
          { ...sealed, associatedData, nonce: `${sealed.nonce.slice(1)}!` },
          { ...sealed, associatedData, ciphertext: changed.toString('base64') },
          { ...sealed, associatedData, key: sealed.key.replace(/^./, '!') },
        ]) {
          expect(openAead(altered)).to.deep.equal({ opened: false, reason: 'tag_mismatch' });
        }
      });
    });
  }
});

describe('decrypting a resource', () => {
  it('gives the plaintext under the right key', () => {
    expect(decryptResource(resource, [key])).to.deep.equal({ opened: true, plaintext });
  });

  it('opens the notification of wechatpay-go, whose key has 16 bytes', () => {
    const vector = vectorJson<{ body: string; api_v3_key: string; expect: { plaintext: string } }>(
      'v3-notification/go-payscore-user-open.json',
    );
    const opened = decryptResource(JSON.parse(vector.body).resource, [vector.api_v3_key]);
    expect(opened).to.deep.equal({ opened: true, plaintext: vector.expect.plaintext });
  });

  it('tries the previous key after the current one', () => {
    expect(decryptResource(resource, [otherKey, key])).to.deep.equal({ opened: true, plaintext });
  });

  it('takes absent associated data as empty', () => {
    const { associated_data, ...absent } = seal(plaintext, '');
    for (const sealed of [absent, { ...absent, associated_data: null }, { ...absent, associated_data: '' }]) {
      expect(decryptResource(sealed, [key]).opened).to.equal(true);
    }
    expect(associated_data).to.equal('');
  });

  const refused = [
    ['a wrong key', resource, [otherKey], 'tag_mismatch'],
    ['two wrong keys', resource, [otherKey, otherKey], 'tag_mismatch'],
    ['other associated data', { ...resource, associated_data: 'refund' }, [key], 'tag_mismatch'],
    ['no associated data', { ...resource, associated_data: undefined }, [key], 'tag_mismatch'],
    ['another nonce', { ...resource, nonce: 'Kj7QIyUiYx1r' }, [key], 'tag_mismatch'],
    ['an empty nonce', { ...resource, nonce: '' }, [key], 'malformed'],
    ['no key', resource, [], 'malformed'],
    ['a key of 31 bytes', resource, [key.slice(1)], 'malformed'],
    ['a ciphertext shorter than its tag', { ...resource, ciphertext: 'AAAA' }, [key], 'malformed'],
    ['an empty ciphertext', { ...resource, ciphertext: '' }, [key], 'malformed'],
    ['no base64', { ...resource, ciphertext: `${resource.ciphertext}!` }, [key], 'malformed'],
    ['AEAD_SM4_GCM', { ...resource, algorithm: 'AEAD_SM4_GCM' }, [key], 'shangmi_unsupported'],
    ['AEAD_AES_128_GCM', { ...resource, algorithm: 'AEAD_AES_128_GCM' }, [key], 'algorithm_unsupported'],
    ['no algorithm', { ...resource, algorithm: '' }, [key], 'algorithm_unsupported'],
  ] as const;
  for (const [what, sealed, keys, reason] of refused) {
    it(`refuses ${what} as ${reason}`, () => {
      expect(decryptResource(sealed, keys)).to.deep.equal({ opened: false, reason });
    });
  }

  it('refuses every altered byte of ciphertext and tag', () => {
    const bytes = Buffer.from(resource.ciphertext, 'base64');
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const altered = Buffer.from(bytes);
        altered.writeUInt8(altered.readUInt8(at) ^ by, at);
        const sealed = { ...resource, ciphertext: altered.toString('base64') };
        expect(decryptResource(sealed, [key])).to.deep.equal({ opened: false, reason: 'tag_mismatch' });
      }),
      { numRuns: 1_000 },
    );
  });

  it('throws on no text whatever', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(text, text, text, text, (ciphertext, nonce, associated_data, anyKey) => {
        const sealed = { algorithm: 'AEAD_AES_256_GCM', ciphertext, nonce, associated_data };
        expect(decryptResource(sealed, [anyKey, key]).opened).to.equal(false);
      }),
      { numRuns: 2_000 },
    );
  });
});
