import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toContractReply } from './contract-question.ts';
import { keyOf, mchId, receiveGenuine } from './receive-genuine.fixture.test.ts';

describe('the question whether a contract may end', () => {
  const asked = {
    mchid: mchId,
    appid: 'wx8888888888888888',
    plan_id: 12535,
    out_contract_code: 'wxwtdk20200910100000',
    contract_display_account: '微信代扣用户A',
  };
  const eventType = 'ENTRUST.TERMINATE_INQUIRY';

  it('is an event, and a question beside it', () => {
    const { question, callback } = receiveGenuine({ eventType, resource: asked });
    expect(callback.facts[0].event).to.deep.include({
      type: 'contract.termination_asked',
      product: 'entrust',
      planId: '12535',
      outContractCode: 'wxwtdk20200910100000',
    });
    expect(question).to.deep.equal({ kind: 'contract-termination', contract: callback.facts[0].event });
    expect(receiveGenuine({}).question).to.equal(undefined);
  });

  it('is to be answered even where nothing of it is understood', () => {
    for (const resource of [{}, { contract_id: 7, plan_id: [] }, { mchid: 5 }]) {
      expect(receiveGenuine({ eventType, resource })).to.have.nested.property(
        'question.kind',
        'contract-termination',
      );
    }
    expect(receiveGenuine({ eventType, plaintext: '[]' }).question).to.deep.equal({
      kind: 'contract-termination',
      contract: undefined,
    });
  });

  it('is told anew each time that it is asked, and once for each time that it is sent', () => {
    const again = (made: Record<string, unknown>) => ({ ...made, id: 'another' });
    expect(keyOf({ eventType, resource: asked })).to.equal(keyOf({ eventType, resource: asked }));
    expect(keyOf({ eventType, resource: asked, envelope: again })).not.to.equal(
      keyOf({ eventType, resource: asked }),
    );
  });

  it('is answered so that status and code say the same', () => {
    const { question } = receiveGenuine({ eventType, resource: asked });
    if (question === undefined) throw new Error('no question');
    expect(toContractReply(question, 'allow')).to.deep.equal({
      status: 200,
      body: { code: 'SUCCESS', message: 'OK' },
    });
    const refused = toContractReply(question, 'refuse');
    expect(refused.status).to.be.within(400, 499);
    expect(refused.body.code).to.equal('FAIL');
  });
});
