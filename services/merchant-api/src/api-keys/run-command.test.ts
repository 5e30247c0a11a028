import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dropTestDatabase } from '@huidiao/store';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { mchId, writeMerchants } from './api-keys.fixture.test.ts';
import { runCommand } from './run-command.ts';
import { withApiKeys } from './with-api-keys.ts';

describe('npm run api-keys', () => {
  const folder = mkdtempSync(join(tmpdir(), 'api-keys-'));
  const env = writeMerchants(folder);
  const uri = env.MONGODB_URI ?? '';
  /** Of another merchant, so that a list of all is longer. */
  let other: { readonly key: string; readonly keyId: string };

  before(async () => {
    other = await withApiKeys(uri, (apiKeys) => apiKeys.create({ mchId: '1900000002', label: 'other' }));
  });
  after(async () => {
    await dropTestDatabase(uri);
    rmSync(folder, { recursive: true, force: true });
  });

  async function run(args: readonly string[], surroundings: Record<string, string> = env) {
    let [out, err] = ['', ''];
    const code = await runCommand(args, {
      env: surroundings,
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
    });
    return { code, out, err };
  }
  const create = async (label: string) => {
    const { code, out, err } = await run(['create', '--merchant', mchId, '--label', label]);
    expect(code, err).to.equal(0);
    const key = out.trim();
    return { key, keyId: key.slice(4, 20), err };
  };
  const owner = (key: string) => withApiKeys(uri, (apiKeys) => apiKeys.authenticate(key));

  it('makes a key, alone on stdout, that merchant-api takes, and names it by its id elsewhere', async () => {
    const { key, keyId, err } = await create('till 3');
    expect(key).to.match(/^hdk_\S+$/);
    expect(await owner(key)).to.deep.equal({ mchId, keyId });
    expect(err).to.contain(keyId).and.contain('till 3').and.not.contain(key.slice(20));
  });

  it('lists the valid keys of a merchant, and with --all those that were revoked', async () => {
    const [kept, gone] = [await create('kept'), await create('gone')];
    await run(['revoke', gone.keyId]);
    const { out } = await run(['list', '--merchant', mchId]);
    expect(out).to.match(new RegExp(`^${kept.keyId}  merchant ${mchId}  made \\S+Z  valid  kept$`, 'm'));
    expect(out).to.not.contain(gone.keyId).and.not.contain(other.keyId);
    const all = await run(['list', '--all']);
    expect(all.out).to.match(new RegExp(`^${gone.keyId}  .*  revoked \\S+Z  gone$`, 'm'));
    expect(all.out).to.contain(other.keyId).and.not.contain(kept.key.slice(21)).and.not.contain('hdk_');
  });

  it('lists as JSON for scripts, and no secret either', async () => {
    const { key, keyId } = await create('for a script');
    const { out } = await run(['list', '--merchant', mchId, '--json']);
    const { api_keys: listed } = JSON.parse(out);
    const one = listed.find((each: { key_id: string }) => each.key_id === keyId);
    expect(one).to.include({ mchid: mchId, label: 'for a script', revoked_at: null });
    expect(out).to.not.contain(key.slice(21));
  });

  it('shows a label that would rewrite the screen as text, on its own line', async () => {
    const { keyId } = await create('a\u001b[2J\nb');
    const { out } = await run(['list']);
    expect(out.split('\n').find((line) => line.startsWith(keyId))).to.contain('a\\u{1b}[2J b');
  });

  it('revokes a key from the next request on; a second time changes nothing', async () => {
    const [{ key, keyId }, beside] = [await create('leaked'), await create('beside')];
    const first = await run(['revoke', keyId]);
    expect([first.code, first.out]).to.deep.equal([0, first.out]);
    expect(first.out).to.contain(keyId).and.contain(mchId).and.contain('leaked').and.contain('revoked 2');
    expect(await owner(key)).to.equal(undefined);
    expect(await owner(beside.key)).to.include({ mchId });
    const second = await run(['revoke', keyId]);
    expect(second).to.include({ code: 0, out: first.out });
    expect(second.err).to.contain('revoked before');
  });

  it('says when the last valid key of a merchant was revoked, and what makes another', async () => {
    const { keyId } = await withApiKeys(uri, (apiKeys) =>
      apiKeys.create({ mchId: '1900000003', label: 'only one' }),
    );
    const { code, err } = await run(['revoke', keyId], { MONGODB_URI: uri });
    expect(code).to.equal(0);
    expect(err)
      .to.contain('merchant 1900000003 has no valid key left')
      .and.contain('create --merchant 1900000003');
    const list = await run(['list', '--merchant', '1900000003'], { MONGODB_URI: uri });
    expect(list).to.include({ code: 0, out: '' });
    expect(list.err).to.contain('merchant 1900000003 has no valid key');
  });

  const key = 'hdk_0123456789abcdef_0000000000000000000000000000000000000000000';
  const refusals: [what: string, args: string[], code: 1 | 2, says: RegExp][] = [
    ['nothing typed', [], 2, /no command is given; give one of/],
    ['a command that there is not', ['delete'], 2, /no command "delete"/],
    ['a key of no merchant', ['create'], 2, /--merchant MCHID/],
    ['a merchant that is not configured', ['create', '--merchant', '1900000009'], 1, /1900000009 is not in/],
    ['a label that is a story', ['create', '--merchant', mchId, '--label', 'x'.repeat(101)], 2, /100/],
    ['an option of another command', ['list', '--label', 'x'], 2, /list takes no --label; it can be given/],
    ['an option of none', ['list', '--mchid', mchId], 2, /--mchid/],
    ['an empty merchant', ['list', '--merchant', ''], 2, /--merchant is empty/],
    ['a word that list does not know', ['list', mchId], 2, /--merchant MCHID/],
    ['no id to revoke', ['revoke'], 2, /exactly one key id/],
    ['two ids to revoke', ['revoke', '0123456789abcdef', 'fedcba9876543210'], 2, /exactly one key id/],
    ['the beginning of an id', ['revoke', '0123'], 2, /16 hexadecimal digits/],
    ['all keys of a merchant at once', ['revoke', '--merchant', mchId], 2, /revoke takes no --merchant/],
    ['an id that there is not', ['revoke', '0123456789abcdef'], 1, /no key 0123456789abcdef.*list --all/],
    ['a key in place of its id', ['revoke', key], 2, /api-keys -- revoke 0123456789abcdef$/m],
  ];
  for (const [what, args, exitCode, says] of refusals) {
    it(`refuses ${what}, says what to do, and prints no result`, async () => {
      const { code, out, err } = await run(args);
      expect(code).to.equal(exitCode);
      expect(out).to.equal('');
      expect(err).to.match(says).and.not.contain(key.slice(21));
    });
  }

  it('names the variables that are missing', async () => {
    const { code, err } = await run(['create', '--merchant', mchId], {});
    expect(code).to.equal(1);
    expect(err).to.contain('MONGODB_URI').and.contain('MERCHANTS_FILE');
  });
});
