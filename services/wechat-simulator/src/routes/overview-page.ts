import type { Notification } from '../delivery/notification.ts';
import type { LedgerView } from '../ledger-view.ts';
import { toHtml, toPage } from './page.ts';

/** Of each kind; /simulator/ledger has them all. */
const mostShown = 20;

const style =
  'body{font:15px/1.6 system-ui,sans-serif;max-width:66em;margin:2em auto;padding:0 1em}table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.2em .8em .2em 0;border-bottom:1px solid #ddd}td:not(:last-child){overflow-wrap:break-word}code{font-size:13px;word-break:break-all}';

/** What WeChat was asked and told, and by which calls something can be done to it: `calls` is call → what it takes. */
export function toOverviewPage(view: LedgerView, calls: Readonly<Record<string, string>>): string {
  const title = '模拟微信 Simulated WeChat';
  const { now, speed } = view.clock;
  const body = [
    `<h1>${title}</h1>`,
    `<p>时钟 Clock ${now}${speed === 1 ? '' : `, ${speed} ×`} · <a href="/simulator/ledger">全部账本 The whole ledger</a> · <a href="/simulator/events">可发送的事件 Events</a> · <a href="/simulator/faults">故障 Faults</a></p>`,
    toOrders(view),
    toCallbacks(view),
    toMessages(view),
    toRequests(view),
    toCalls(calls),
  ];
  return toPage({ title, style, body: body.join('\n') });
}

function toOrders({ orders, refunds }: LedgerView): string {
  const rows = latest(orders).map(({ mchid, out_trade_no, total, trade_state }) => {
    const refunded = refunds.filter((one) => one.mchid === mchid && one.out_trade_no === out_trade_no);
    return [
      `<a href="/simulator/ledger?out_trade_no=${encodeURIComponent(out_trade_no)}">${toHtml(out_trade_no)}</a>`,
      toHtml(mchid),
      toYuan(total),
      trade_state,
      refunded.map(({ refund, status }) => `${toYuan(refund)} ${status}`).join('<br>'),
    ];
  });
  return toTable('订单 Orders', ['out_trade_no', 'mchid', 'total', 'trade_state', 'refunds'], rows);
}

function toCallbacks({ notifications }: LedgerView): string {
  const rows = latest(notifications).map(({ event_type, out_trade_no, url, attempts, state }) => [
    toHtml(event_type),
    toHtml(out_trade_no ?? ''),
    `<code>${toHtml(url)}</code>`,
    attempts.map(toAttempt).join('<br>'),
    state,
  ]);
  return toTable(
    '回调 Callbacks',
    ['event', 'out_trade_no', 'to', 'attempts: what they were answered', 'state'],
    rows,
  );
}

function toAttempt({ kind, outcome, status }: Notification['attempts'][number]): string {
  return toHtml([kind === 'probe' ? 'probe:' : '', String(status ?? outcome)].join(' ').trim());
}

function toMessages({ messages }: LedgerView): string {
  const rows = latest(messages).map(({ at, openId, templateId, errcode, page }) => [
    at,
    toHtml(openId),
    toHtml(templateId),
    String(errcode),
    toHtml(page ?? ''),
  ]);
  return toTable('消息 Messages', ['at', 'openid', 'template_id', 'errcode', 'page'], rows);
}

function toRequests({ calls }: LedgerView): string {
  const rows = latest(calls.latest).map(({ at, api, status, code, fault }) => [
    at,
    api,
    String(status),
    `${toHtml(code)}${fault ? ' (made to go wrong)' : ''}`,
  ]);
  return toTable('请求 What it was asked', ['at', 'API', 'status', 'code'], rows);
}

function toCalls(calls: Readonly<Record<string, string>>): string {
  const rows = Object.entries(calls).map(([call, takes]) => [`<code>${toHtml(call)}</code>`, toHtml(takes)]);
  return toTable('可以做什么 What can be done to it', ['call', 'takes or shows'], rows);
}

function toTable(title: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = `<tr>${heads.map((one) => `<th>${one}</th>`).join('')}</tr>`;
  const lines = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`);
  const body = rows.length === 0 ? '<p>–</p>' : `<table>${head}${lines.join('\n')}</table>`;
  return `<h2>${title}</h2>${body}`;
}

function toYuan(fen: number): string {
  return `¥${(fen / 100).toFixed(2)}`;
}

/** Newest first. */
function latest<T>(list: readonly T[]): T[] {
  return list.slice(-mostShown).reverse();
}
