import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { RequestHandler, Response } from 'express';
import type { BillDownload } from '../bill/bill-downloads.ts';
import type { Context } from '../context.ts';
import { PayRefusal } from '../pay/refusal.ts';
import { authenticate, performPayFault, recordCall, sendSigned } from './pay-route.ts';

/**
 * GET /v3/billdownload/file?token=: the request is signed as all are, the file that answers it is not; its hash came
 * with the address. The fault `wrong_signature` is a file that does not fit its hash. Refusals are signed.
 * https://pay.weixin.qq.com/docs/partner/apis/bill-download/download-bill.html
 */
export function createBillDownloadRoute(context: Context): RequestHandler {
  return async (request, response) => {
    const record = (call: { status: number; code: string; fault: boolean }): void =>
      recordCall(context, 'bill_download', { ...call, probe: false });
    const fault =
      context.faults.take('bill_download', 'before') ?? context.faults.take('bill_download', 'after');
    if (fault !== undefined && fault !== 'wrong_signature') {
      const answer = { status: 500, body: undefined };
      return record({ ...performPayFault(context, request, response, { fault, answer }), fault: true });
    }
    try {
      const download = context.billDownloads.find(request.query.token, authenticate(context, request).mchId);
      await sendFile(response, download, fault === 'wrong_signature');
      record({ status: 200, code: fault ?? '', fault: fault !== undefined });
    } catch (error) {
      if (!(error instanceof PayRefusal)) throw error;
      sendSigned(context, request, response, error.toAnswer(), 'genuine');
      record({ status: error.status, code: error.code, fault: false });
    }
  };
}

async function sendFile(
  response: Response,
  { file, isCompressed }: BillDownload,
  isDamaged: boolean,
): Promise<void> {
  response.status(200).type(isCompressed ? 'application/x-gzip' : 'text/plain; charset=utf-8');
  const content = Readable.from(isDamaged ? damage(file.read()) : file.read());
  const stages = isCompressed ? [content, createGzip(), response] : [content, response];
  // Whoever breaks off the download has had enough: no failure of the simulator.
  await pipeline(stages).catch(() => response.destroy());
}

function* damage(chunks: Iterable<Buffer>): Generator<Buffer> {
  for (const chunk of chunks) yield chunk.length > 1 ? chunk.subarray(0, -1) : chunk;
}
