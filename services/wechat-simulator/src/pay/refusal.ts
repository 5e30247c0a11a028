import type { JsonValue } from '../write-json.ts';

/** What an API answers: `body` undefined is an answer without one. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: JsonValue | undefined;
}

/**
 * An error answer of WeChat Pay: `{ code, message, detail? }` with its HTTP status. Thrown by whatever finds
 * the reason, answered in one place. https://pay.weixin.qq.com/doc/v3/merchant/4012081709
 */
export class PayRefusal extends Error {
  override readonly name = 'PayRefusal';
  readonly status: number;
  readonly code: string;
  readonly detail: JsonValue | undefined;

  constructor(status: number, code: string, message: string, detail?: JsonValue) {
    super(message);
    this.status = status;
    this.code = code;
    this.detail = detail;
  }

  toAnswer(): ApiAnswer {
    return { status: this.status, body: { code: this.code, message: this.message, detail: this.detail } };
  }
}

/** 400 PARAM_ERROR about one member of the body or the query, named as a JSON pointer. */
export function paramError(field: string, issue: string): PayRefusal {
  const location = field.startsWith('/query') ? 'query' : 'body';
  return new PayRefusal(400, 'PARAM_ERROR', `参数错误: ${issue}`, { field, issue, location });
}
