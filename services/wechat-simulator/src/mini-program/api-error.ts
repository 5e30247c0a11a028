import { randomBytes } from 'node:crypto';
import type { JsonValue } from '../write-json.ts';

/** An error of a mini-program API: HTTP 200 with errcode and errmsg. Thrown by whatever finds the reason. */
export class MiniProgramRefusal extends Error {
  override readonly name = 'MiniProgramRefusal';
  readonly errcode: number;

  constructor(errcode: number, message: string) {
    super(message);
    this.errcode = errcode;
  }

  /** errmsg ends with a request id that WeChat's support asks for. */
  toBody(): JsonValue {
    return { errcode: this.errcode, errmsg: `${this.message} rid: ${createRid()}` };
  }
}

function createRid(): string {
  return [4, 4, 4].map((bytes) => randomBytes(bytes).toString('hex')).join('-');
}
