import { randomBytes } from 'node:crypto';
import { BoundedMap } from '../bounded-map.ts';
import type { SimulatedClock } from '../clock.ts';
import { PayRefusal } from '../pay/refusal.ts';
import type { BillFile } from './bill-file.ts';

/** A bill that was asked for and can be fetched for a while. */
export interface BillDownload {
  readonly mchId: string;
  readonly file: BillFile;
  readonly isCompressed: boolean;
}

/** The addresses that bills are fetched from. */
export interface BillDownloads {
  /** Gives the token that the address carries. */
  add(download: BillDownload): string;
  /** Throws PayRefusal for a token that is unknown, too old, or of another merchant. */
  find(token: unknown, mchId: string): BillDownload;
}

/** https://pay.weixin.qq.com/docs/partner/apis/batch-transfer-accounts-money/bill/download-bill.html */
const lifeMs = 30_000;
const rememberedDownloads = 100;

/** The newest 100 downloads, each good for 30 simulated seconds. */
export function createBillDownloads(clock: SimulatedClock): BillDownloads {
  const downloads = new BoundedMap<string, BillDownload & { readonly expiresAtMs: number }>(
    rememberedDownloads,
  );
  return {
    add: (download) => {
      const token = randomBytes(48).toString('base64url');
      downloads.set(token, { ...download, expiresAtMs: clock.now() + lifeMs });
      return token;
    },
    find: (token, mchId) => {
      const download = typeof token === 'string' ? downloads.get(token) : undefined;
      if (download === undefined || clock.now() > download.expiresAtMs) {
        throw new PayRefusal(400, 'INVALID_REQUEST', '账单下载地址已失效，请重新申请账单');
      }
      if (download.mchId !== mchId) throw new PayRefusal(403, 'NO_AUTH', '与申请账单的商户不一致');
      return download;
    },
  };
}
