import { z } from 'zod';
import type { ProblemCode } from './problem.ts';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'DELETE';

/**
 * Who may call: a merchant's server with its API key, a user's mini-program with the token of `POST /v1/sessions`, or
 * everybody. The token of either goes into `Authorization: Bearer …`.
 */
export type EndpointAuth = 'api_key' | 'session' | 'nobody';

/**
 * One operation of merchant-api. The service reads requests by it, the client is typed by it, the OpenAPI document is
 * written from it, and tests hold every answer against it.
 */
export interface Endpoint {
  readonly method: HttpMethod;
  /** A URI template of one level: `/v1/orders/{out_trade_no}`. */
  readonly path: string;
  /** Any of them will do. */
  readonly auth: readonly EndpointAuth[];
  /** What it does, in a few words without a full stop. */
  readonly summary: string;
  /** What a caller has to know besides; Markdown. */
  readonly description: string;
  /** Of the path; one that it refuses is answered by `unknownPath`, or without that as any wrong field is. */
  readonly params?: z.ZodObject;
  /** The problem's code where a path names nothing that could exist: 404. */
  readonly unknownPath?: ProblemCode;
  readonly query?: z.ZodObject;
  /** Without it a request has no body. */
  readonly body?: z.ZodType;
  /**
   * Bodies over this many bytes are 413; by default usualLargestBodyBytes. It has room for all that the schema takes,
   * also where each character is written as an escape of JSON (\uXXXX), of which a character of 4 bytes has two.
   */
  readonly largestBodyBytes?: number;
  /** Status → body; `noBody` where there is none. */
  readonly answers: Readonly<Record<number, z.ZodType>>;
  /** Status → an example of its body, where that of its schema would not be what this operation answers. */
  readonly answerExamples?: Readonly<Record<number, unknown>>;
  /** Whether a 201 says in Location where what was made can be read. */
  readonly location?: true;
  /** Codes of problem documents besides those that every operation may answer (commonProblems). */
  readonly problems: readonly ProblemCode[];
}

/** The most bytes of a body, unless the endpoint says otherwise. */
export const usualLargestBodyBytes = 64 * 1_024;

/** The schema of an answer that has no body: 204. */
export const noBody = z.undefined();

/** Keeps the exact types of an endpoint's schemas. */
export function toEndpoint<const E extends Endpoint>(endpoint: E): E {
  return endpoint;
}

type Parsed<T> = T extends z.ZodType ? z.output<T> : undefined;
type Written<T> = T extends z.ZodType ? z.input<T> : undefined;

/** What a handler is given: parsed, with defaults. */
export interface EndpointInput<E extends Endpoint> {
  readonly params: Parsed<E['params']>;
  readonly query: Parsed<E['query']>;
  readonly body: Parsed<E['body']>;
}

/** What a client writes, with the parts that the endpoint has. */
export type EndpointArguments<E extends Endpoint> = (E['params'] extends z.ZodType
  ? { readonly params: Written<E['params']> }
  : unknown) &
  (E['query'] extends z.ZodType ? { readonly query?: Written<E['query']> } : unknown) &
  (E['body'] extends z.ZodType ? { readonly body: Written<E['body']> } : unknown);

/** Any of the good answers. */
export type EndpointAnswer<E extends Endpoint> = {
  [S in keyof E['answers'] & number]: {
    readonly status: S;
    readonly body: Parsed<E['answers'][S]>;
  };
}[keyof E['answers'] & number];
