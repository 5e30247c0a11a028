import type { App } from '@huidiao/contracts';
import { AppError, type ErrorCode } from '@huidiao/errors';
import { createLogger } from '@huidiao/runtime';
import { plainApp } from '@huidiao/testing';
import type { SendResult } from '@huidiao/wechat';
import { expect } from 'chai';
import { beforeEach, describe, it } from 'mocha';
import type { MessageClient } from './draft.ts';
import { withPauses } from './with-pauses.ts';

const minuteMs = 60_000;
const app: App = {
  ...plainApp,
  appId: 'wx8888888888888888',
  appSecret: 'secret',
  miniprogramState: 'formal',
  lang: 'zh_CN',
  templates: { orderPaid: undefined },
};
const otherApp = { ...app, appId: 'wx7777777777777777' };

describe('sending after WeChat has answered for all', () => {
  let now: number;
  let answer: SendResult;
  let calls: number;
  let alarms: { readonly alarm: string; readonly templateId: string }[];
  let client: MessageClient;
  beforeEach(() => {
    now = Date.now();
    calls = 0;
    alarms = [];
    const send = async () => {
      calls += 1;
      return answer;
    };
    const write = (line: string) => void alarms.push(JSON.parse(line));
    client = withPauses(
      { sendSubscribeMessage: send, sendTemplateMessage: send },
      {
        clock: { now: () => new Date(now) },
        logger: createLogger({ service: 'test', level: 'error' }, { write }),
      },
    );
  });

  const refusedBy = (code: ErrorCode, remoteCode: number, retryAfterMs?: number): SendResult => ({
    kind: 'refused',
    error: new AppError(code, {
      details: { remoteCode },
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    }),
  });
  const subscribe = (templateId = 'tmpl-1', to = app) =>
    client.sendSubscribeMessage(to, { openId: 'o1', templateId } as never);
  const template = () => client.sendTemplateMessage(app, { openId: 'o1', templateId: 'tmpl-1' } as never);

  it('waits with a used-up quota until it is filled, with each API of each app for itself', async () => {
    answer = refusedBy('WECHAT_QUOTA_EXHAUSTED', 45009, 60 * minuteMs);
    await subscribe();
    now += 20 * minuteMs;
    const waiting = await subscribe('tmpl-2');
    expect(calls).to.equal(1);
    expect('error' in waiting && waiting.error).to.include({
      code: 'WECHAT_QUOTA_EXHAUSTED',
      retryAfterMs: 40 * minuteMs,
    });
    answer = { kind: 'sent', msgId: '1' };
    await template();
    await subscribe('tmpl-1', otherApp);
    expect(calls).to.equal(3);
    now += 40 * minuteMs;
    expect(await subscribe()).to.deep.equal(answer);
  });

  for (const remoteCode of [40037, 43107, 43116, 48011]) {
    it(`refuses a template that WeChat does not take (${remoteCode}) without a call, and tells of it once`, async () => {
      answer = refusedBy('MESSAGE_REFUSED', remoteCode);
      await subscribe();
      const next = await subscribe();
      expect(calls).to.equal(1);
      expect('error' in next && next.error).to.include({ code: 'MESSAGE_REFUSED', kind: 'permanent' });
      expect('error' in next && next.error.details).to.deep.equal({ remoteCode });
      expect(alarms).to.have.length(1);
      expect(alarms[0]).to.include({ alarm: 'template-refused', templateId: 'tmpl-1' });

      answer = { kind: 'sent', msgId: '1' };
      expect(await subscribe('tmpl-2')).to.deep.equal(answer);
      now += minuteMs;
      expect(await subscribe(), 'mended meanwhile').to.deep.equal(answer);
    });
  }

  it('goes on after a refusal that is about one user or one message', async () => {
    for (const [code, remoteCode] of [
      ['MESSAGE_NOT_SUBSCRIBED', 43101],
      ['MESSAGE_REFUSED', 47003],
    ] as const) {
      answer = refusedBy(code, remoteCode);
      await subscribe();
    }
    await subscribe();
    expect(calls).to.equal(3);
    expect(alarms).to.deep.equal([]);
  });
});
