import type { Check } from '../check.ts';
import type { Finding } from '../finding.ts';
import type { Variables } from '../variables.ts';

/** WeChat Pay has further names for times when the first does not answer: wechatpay-java, README. */
const hosts = {
  WECHAT_PAY_API_URL: ['api.mch.weixin.qq.com', 'api2.mch.weixin.qq.com', 'api2.wechatpay.cn'],
  WECHAT_API_URL: ['api.weixin.qq.com'],
} as const;

export const environmentCheck: Check = {
  name: 'environment',
  title: 'the variables of the environment, and whether they name WeChat itself',
  settings: ['WECHAT_PAY_API_URL', 'WECHAT_API_URL'],
  asksOthers: false,
  async run({ variables, variableProblems }) {
    const problems = variableProblems.map(
      (says): Finding => ({
        level: 'problem',
        says,
        where: 'the environment of this process; deploy/docs/configuration.md tells of each variable',
      }),
    );
    const strangers = findStrangers(variables);
    const fine: Finding = { level: 'ok', says: 'all variables are there and well formed' };
    return problems.length + strangers.length === 0 ? [fine] : [...problems, ...strangers];
  },
};

function findStrangers(variables: Variables): Finding[] {
  return (['WECHAT_PAY_API_URL', 'WECHAT_API_URL'] as const).flatMap((name) => {
    const url = variables[name];
    if (url === undefined) return [];
    const { host } = new URL(url);
    if ((hosts[name] as readonly string[]).includes(host)) return [];
    return [
      {
        level: 'warning',
        says: `${name} leads to ${host}, not to WeChat: what is said of WeChat below is said of that`,
        where: name,
        todo: ['leave it unset in production; a simulator or a proxy of yours is the only reason to set it'],
      },
    ];
  });
}
