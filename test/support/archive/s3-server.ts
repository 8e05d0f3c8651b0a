import { S3Client } from '@aws-sdk/client-s3';
import type { UploadJournal } from '#ports/archive';
import type { FaultPoints } from '#ports/fault-points';
import type { RateLimiter } from '#ports/rate-limiter';
import { S3Archive, type S3Credentials, type S3Settings } from '../../../src/adapters/s3-archive/s3-archive.ts';
import { TokenBucket } from '../../../src/adapters/token-bucket.ts';

/** A real S3 server on loopback with one bucket. */
export interface S3Server {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  stop(): Promise<void>;
}

interface More extends Partial<S3Settings> {
  readonly credentials?: () => Promise<S3Credentials>;
  readonly limiter?: RateLimiter;
  readonly faults?: FaultPoints;
}

/** An archive of station `test1` on that server, reached through `endpoint` if one is given. */
export function archiveOn(server: S3Server, journal: UploadJournal, more: More = {}): S3Archive {
  const { credentials, limiter, faults, ...rest } = more;
  const { accessKeyId, secretAccessKey } = server;
  return new S3Archive({
    settings: {
      endpoint: server.endpoint,
      region: 'us-east-1',
      bucket: server.bucket,
      prefix: 'test',
      pathStyle: true,
      checksums: 'WHEN_SUPPORTED',
      partBytes: 5 * 1024 * 1024,
      partsAtOnce: 2,
      timeoutMs: 5000,
      unlocked: 'accepted-without-versions',
      lockMode: null,
      ...rest,
    },
    credentials: credentials ?? (async () => ({ accessKeyId, secretAccessKey })),
    journal,
    clock: { nowMs: () => Date.now() },
    limiter: limiter ?? new TokenBucket({ bytesPerSecond: 0 }),
    faults: faults ?? { reached: () => undefined },
    stationId: 'test1',
  });
}

/** The plain S3 client, for changes past the archive. */
export function clientOf({ endpoint, accessKeyId, secretAccessKey }: S3Server): S3Client {
  return new S3Client({ endpoint, region: 'us-east-1', credentials: { accessKeyId, secretAccessKey }, forcePathStyle: true });
}
