import { expect } from 'chai';
import { after, before, beforeEach, describe, it } from 'mocha';
import { base, mchId, openCommand, providerId, startRegistry, urlOf } from './callbacks.fixture.test.ts';

const paths = {
  complaint: '/v3/merchant-service/complaint-notifications',
  'cash-coupon': '/v3/marketing/favor/callbacks',
  'merchant-coupon': '/v3/marketing/busifavor/callbacks',
  violation: '/v3/merchant-risk-manage/violation-notifications',
};
const old = 'https://old.example.com/notify';

describe('npm run callbacks', () => {
  let registry: Awaited<ReturnType<typeof startRegistry>>;
  let command: ReturnType<typeof openCommand>;
  before(async () => {
    registry = await startRegistry();
    command = openCommand(registry.url);
  });
  after(async () => {
    command.close();
    await registry.close();
  });
  beforeEach(() => {
    registry.addresses.clear();
    registry.calls.length = 0;
    registry.fault = undefined;
    registry.isForged = false;
  });

  const changing = () =>
    registry.calls
      .filter(({ method }) => method !== 'GET')
      .map(({ mchId: id, method, path, body }) => [id, method, path, body]);
  const registerAll = () => {
    for (const [name, path] of Object.entries(paths)) {
      if (name !== 'violation') registry.addresses.set(`${mchId} ${path}`, urlOf(mchId));
      registry.addresses.set(`${providerId} ${path}`, urlOf(providerId));
    }
  };

  describe('urls', () => {
    it('prints each address on a line of its own, ready to paste, and where it is set', async () => {
      const { code, out, err } = await command.run('urls');
      expect(code).to.equal(0);
      const lines = out.split('\n');
      for (const url of [
        urlOf(mchId),
        `${base}/callbacks/wechat-pay-v2/${mchId}`,
        urlOf(providerId),
        `${base}/callbacks/mini-program/wx1111111111111111`,
      ]) {
        expect(lines).to.include(`  ${url}`);
      }
      for (const place of ['下单参数', '商户平台', 'API', '小程序后台']) {
        expect(
          lines.some((line) => line.startsWith(`    ${place}: `)),
          place,
        ).to.equal(true);
      }
      expect(out).to.include('消息推送配置').and.include('安全模式');
      expect(err).to.include('wx2222222222222222 has no token');
      expect(registry.calls, 'it calls nobody').to.have.length(0);
    });

    it('names no address that the merchant has no key for, and the violations only to a service provider', async () => {
      const { out } = await command.run(`urls --merchant ${providerId}`);
      expect(out).to.not.include('wechat-pay-v2').and.not.include(mchId).and.not.include('mini-program/');
      expect(out).to.include('商户违规通知');
      expect((await command.run(`urls --merchant ${mchId}`)).out).to.not.include('商户违规通知');
    });

    it('gives one JSON document to scripts', async () => {
      const { out } = await command.run(`urls --merchant ${mchId} --json`);
      const { urls } = JSON.parse(out);
      expect(urls.map(({ url }: { url: string }) => url)).to.deep.equal([
        urlOf(mchId),
        `${base}/callbacks/wechat-pay-v2/${mchId}`,
        `${base}/callbacks/mini-program/wx1111111111111111`,
      ]);
    });

    it('warns where the addresses would not be taken', async () => {
      const { code, err } = await command.run('urls', { CALLBACK_BASE_URL: 'http://127.0.0.1:3000' });
      expect(code).to.equal(0);
      expect(err).to.include('only https addresses');
    });
  });

  describe('check', () => {
    it('ends with 0 when all is registered as it should be, and has changed nothing', async () => {
      registerAll();
      const { code, out } = await command.run('check');
      expect(code, out).to.equal(0);
      expect(out.trim().split('\n')).to.have.length(7);
      expect(out).to.include(`${providerId}  violation (商户违规通知): right`);
      expect(changing()).to.deep.equal([]);
    });

    it('ends with 1 and names what is missing and what is another address', async () => {
      registerAll();
      registry.addresses.delete(`${mchId} ${paths.complaint}`);
      registry.addresses.set(`${mchId} ${paths['cash-coupon']}`, old);
      const { code, out } = await command.run('check');
      expect(code).to.equal(1);
      expect(out).to.include(`${mchId}  complaint (消费者投诉通知): missing; should be ${urlOf(mchId)}`);
      expect(out).to.include(`${mchId}  cash-coupon (代金券核销通知): is ${old}; should be ${urlOf(mchId)}`);
      expect(changing()).to.deep.equal([]);
    });

    it('asks in the name of the merchant, and only about what was chosen', async () => {
      await command.run(`check --merchant ${providerId} --only violation,cash-coupon`);
      expect(registry.calls.map(({ mchId: id, path }) => [id, path])).to.deep.equal([
        [providerId, paths['cash-coupon']],
        [providerId, paths.violation],
      ]);
    });

    it('says what to do when WeChat Pay refuses, and goes on with the others', async () => {
      registerAll();
      registry.fault = ({ path }) =>
        path === paths.complaint ? { status: 401, json: { code: 'SIGN_ERROR' } } : undefined;
      const { code, out } = await command.run(`check --merchant ${mchId}`);
      expect(code).to.equal(1);
      expect(out).to.match(
        /complaint .*not known: WECHAT_CREDENTIALS_REFUSED \(SIGN_ERROR, HTTP 401, request 08F5B8C2B506\): Check the keys/,
      );
      expect(out).to.include('merchant-coupon (商家券事件通知): right');
    });

    it('does not count as wrong what WeChat Pay does not offer to a merchant', async () => {
      registerAll();
      registry.fault = ({ path }) =>
        path === paths['merchant-coupon'] ? { status: 403, json: { code: 'NO_AUTH' } } : undefined;
      const { code, out } = await command.run('check');
      expect(code, out).to.equal(0);
      expect(out).to.include('not offered to this merchant');
    });

    it('believes no answer whose signature does not verify', async () => {
      registerAll();
      registry.isForged = true;
      const { code, out } = await command.run(`check --merchant ${mchId} --only complaint`);
      expect(code).to.equal(1);
      expect(out).to.include('WECHAT_RESPONSE_NOT_AUTHENTIC (signature_wrong');
    });

    it('takes an empty address for none, and shows a strange one without its control characters', async () => {
      registry.addresses.set(`${mchId} ${paths.complaint}`, '');
      registry.addresses.set(`${mchId} ${paths['cash-coupon']}`, 'https://x.example/\u001b[2J');
      const { out } = await command.run(`check --merchant ${mchId}`);
      expect(out).to.match(/complaint .*missing/);
      expect(out).to.include('\\u{1b}[2J').and.not.include('\u001b');
    });
  });

  describe('sync', () => {
    it('registers what is missing, replaces what is another address, leaves the rest, and says what was there', async () => {
      registry.addresses.set(`${mchId} ${paths.complaint}`, old);
      registry.addresses.set(`${mchId} ${paths['merchant-coupon']}`, urlOf(mchId));
      const { code, out } = await command.run(`sync --merchant ${mchId}`);
      expect(code, out).to.equal(0);
      expect(changing()).to.deep.equal([
        [mchId, 'PUT', paths.complaint, { url: urlOf(mchId) }],
        [mchId, 'POST', paths['cash-coupon'], { mchid: mchId, notify_url: urlOf(mchId), switch: true }],
      ]);
      expect(out).to.include(`was replaced, it was ${old}; now ${urlOf(mchId)}`);
      expect(out).to.include(`registered ${urlOf(mchId)}`);
    });

    it('changes nothing the second time', async () => {
      expect((await command.run('sync')).code).to.equal(0);
      expect(changing()).to.have.length(7);
      registry.calls.length = 0;
      expect((await command.run('sync')).code).to.equal(0);
      expect(changing()).to.have.length(0);
      expect((await command.run('check')).code).to.equal(0);
    });

    it('changes nothing with --dry-run, and says what it would change', async () => {
      registry.addresses.set(`${mchId} ${paths.complaint}`, old);
      const { code, out } = await command.run(`sync --merchant ${mchId} --dry-run`);
      expect(code).to.equal(1);
      expect(changing()).to.deep.equal([]);
      expect(out).to.include(`would be replaced, was ${old}; should be ${urlOf(mchId)}`);
      expect(out).to.include(`would register ${urlOf(mchId)}`);
    });

    it('tells which change failed, and makes the others', async () => {
      registry.fault = ({ method, path }) =>
        method === 'POST' && path === paths['cash-coupon']
          ? { status: 429, json: { code: 'RATELIMIT_EXCEEDED' } }
          : undefined;
      const { code, out } = await command.run(`sync --merchant ${mchId}`);
      expect(code).to.equal(1);
      expect(out).to.match(/cash-coupon .*not changed: WECHAT_BUSY \(RATELIMIT_EXCEEDED/);
      expect([...registry.addresses.keys()]).to.deep.equal([
        `${mchId} ${paths.complaint}`,
        `${mchId} ${paths['merchant-coupon']}`,
      ]);
    });

    it('does not take it for done when WeChat Pay has taken another address', async () => {
      registry.fault = ({ method }) => (method === 'POST' ? { status: 200, json: { url: old } } : undefined);
      const { code, out } = await command.run(`sync --merchant ${mchId} --only complaint`);
      expect(code).to.equal(1);
      expect(out).to.include('another_address_was_taken');
    });

    it('registers no address that is not https', async () => {
      const { code, err } = await command.run('sync', { CALLBACK_BASE_URL: 'http://callbacks.example.com' });
      expect([code, registry.calls.length]).to.deep.equal([1, 0]);
      expect(err).to.include('nothing was changed');
    });

    it('stops between two when it is asked to', async () => {
      const stopping = new AbortController();
      registry.fault = ({ method }) => {
        if (method !== 'GET') stopping.abort();
        return undefined;
      };
      const { code, err } = await command.run('sync', {}, stopping);
      expect([code, err]).to.deep.equal([1, 'stopped as asked\n']);
      expect(changing()).to.have.length(1);
    });

    it('gives one JSON document to scripts', async () => {
      registry.addresses.set(`${mchId} ${paths.complaint}`, old);
      registry.fault = ({ path }) =>
        path === paths['cash-coupon'] ? { status: 500, json: { code: 'SYSTEM_ERROR' } } : undefined;
      const { out } = await command.run(`sync --merchant ${mchId} --json`);
      const wanted = { mchId, address: urlOf(mchId), errorCode: null, remoteCode: null };
      expect(JSON.parse(out).callbacks).to.deep.equal([
        { ...wanted, callback: 'complaint', found: 'another', registered: old, change: 'done' },
        {
          ...wanted,
          callback: 'cash-coupon',
          found: 'failed',
          registered: null,
          change: 'none',
          errorCode: 'WECHAT_SYSTEM_ERROR',
          remoteCode: 'SYSTEM_ERROR',
        },
        { ...wanted, callback: 'merchant-coupon', found: 'missing', registered: null, change: 'done' },
      ]);
    });
  });

  const wrong: [what: string, args: string, says: string][] = [
    ['no command', '', 'no command is given'],
    ['a command that is none', 'fix', 'there is no command "fix"'],
    ['an option that is none', 'check --all', '--all'],
    ['an option of another command', 'check --dry-run', 'check takes no --dry-run'],
    ['a callback that is none', 'sync --only complaints', 'it can be complaint, cash-coupon'],
    ['a merchant that is not configured', 'check --merchant 1900000009', 'is not in MERCHANTS_FILE'],
    ['words that are no option', 'urls all', "Unexpected argument 'all'"],
  ];
  for (const [what, args, says] of wrong) {
    it(`ends with 2 and asks nobody for ${what}`, async () => {
      const { code, out, err } = await command.run(args);
      expect([code, out, registry.calls.length]).to.deep.equal([2, '', 0]);
      expect(err).to.include(says).and.include('npm run callbacks -- help');
    });
  }

  it('prints its usage on standard output', async () => {
    for (const args of ['help', 'sync --help']) {
      expect(await command.run(args)).to.deep.include({ code: 0, err: '' });
      expect((await command.run(args)).out).to.include('npm run callbacks -- sync');
    }
  });

  it('names the variables that are missing', async () => {
    const { code, err } = await command.run('check', { CALLBACK_BASE_URL: '', MERCHANTS_FILE: '' });
    expect(code).to.equal(1);
    expect(err).to.include('CALLBACK_BASE_URL').and.include('MERCHANTS_FILE');
  });
});
