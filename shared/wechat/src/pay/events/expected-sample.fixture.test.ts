/** A sample of the official documents: how it comes, and what must become of it. */
export interface ExpectedSample {
  readonly eventType: string;
  readonly originalType?: string;
  /** The merchant of the path; by default the test merchant. */
  readonly mchId?: string;
  readonly event: { readonly type: string; readonly [field: string]: unknown };
  /** What is hashed in it ends with `sha256-`. */
  readonly key: string;
}

export const openId = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o';
/** The id of every notification that the fixture makes. */
export const noticeId = '3119dfba-e649-5eec-ab1e-3412bc4d2e17';
