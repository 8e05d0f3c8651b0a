import type { Static } from 'typebox';
import { access } from './access-section.ts';
import { audit } from './audit-section.ts';
import { clock } from './clock-section.ts';
import { disposal } from './disposal-section.ts';
import { doors, oidc } from './door-sections.ts';
import { duties } from './duties-section.ts';
import { eviction } from './eviction-section.ts';
import { choice, flag, integer, section, text } from './fields.ts';
import { heartbeat } from './heartbeat-section.ts';
import { http } from './http-section.ts';
import { s3Locks } from './lock-fields.ts';
import { machine } from './machine-section.ts';
import { notices } from './notices-section.ts';
import { dock, intake } from './recorder-sections.ts';
import { retention } from './retention-section.ts';
import { scrub } from './scrub-section.ts';

/** For a station that shares nothing with another. */
export const DEFAULT_STATION_ID = 'station1';
export const DEFAULT_QUEUE_PREFIX = 'evidock';

const station = section('Station', 'Who this station is.', {
  id: text({
    title: 'Station id',
    description:
      'Part of every id that the station makes, and of every key in its queue; never change it once footage is sealed. The default is refused where a queue or an archive may be shared (queue.url, queue.prefix, archive.s3.bucket, archive.s3.prefix).',
    pattern: '^[0-9a-z]{2,12}$',
    default: DEFAULT_STATION_ID,
  }),
  name: text({ title: 'Name', description: 'Shown to people and written into every manifest.', default: 'Evidock station', minLength: 1 }),
  timezone: text({
    title: 'Time zone',
    description: 'IANA zone in which recorders keep their wall clock.',
    default: 'Asia/Shanghai',
    minLength: 1,
  }),
  state: text({
    title: 'State directory',
    description: 'Everything that the station writes lies below it: ledger, vault, queue, sockets. `--state-dir` outranks it.',
    default: '',
  }),
});

const derive = section('Derive', 'How playable copies and pictures are made.', {
  ffmpeg: text({ title: 'ffmpeg', description: 'Program to run.', default: 'ffmpeg', minLength: 1 }),
  ffprobe: text({ title: 'ffprobe', description: 'Program to run.', default: 'ffprobe', minLength: 1 }),
  height: integer(
    {
      title: 'Height',
      description: 'Largest short side of transcoded pictures: the height of a landscape picture, the width of a portrait one.',
      unit: 'pixels',
      default: 720,
    },
    144,
    2160,
  ),
  atOnce: integer(
    { title: 'Recordings at once', description: 'Recordings derived at the same time; 0 leaves it to workers.', default: 1 },
    0,
    16,
  ),
  threads: integer({ title: 'Threads', description: 'Threads per ffmpeg process.', default: 2 }, 1, 64),
  timeLimit: integer(
    {
      title: 'Time limit',
      description:
        'A recording that takes longer goes to the end of the queue and is made apart from the others. There a media process may take this time, one second for each 64 KiB of the original and half a second for each megapixel that it has made.',
      unit: 's',
      default: 600,
    },
    10,
    86_400,
  ),
  outputMax: integer(
    {
      title: 'Output limit',
      description: 'A derivative larger than this, or than 24 times its original and 64 MiB, is a sign of a video bomb and is stopped.',
      unit: 'MiB',
      default: 16_384,
    },
    16,
    1024 * 1024,
  ),
  memoryMax: integer(
    { title: 'Memory limit', description: 'Memory of one media process; one that needs more fails.', unit: 'MiB', default: 1024 },
    256,
    65_536,
  ),
  heifConvert: text({
    title: 'heif-convert',
    description: 'Program of libheif that shows photos in HEIC; without it they have no preview.',
    default: 'heif-convert',
    minLength: 1,
  }),
});

const s3Server = {
  endpoint: text({ title: 'Endpoint', description: 'URL of the server.', default: '' }),
  region: text({ title: 'Region', description: 'As the server expects it.', default: 'us-east-1' }),
  bucket: text({ title: 'Bucket', description: 'Must exist.', default: '' }),
  prefix: text({ title: 'Key prefix', description: 'Put before every key; `/` is added.', default: '' }),
  accessKeyId: text({ title: 'Access key', description: 'Better given as EVIDOCK_ARCHIVE_S3_ACCESS_KEY_ID.', default: '', secret: true }),
  secretAccessKey: text({
    title: 'Secret key',
    description: 'Better given as EVIDOCK_ARCHIVE_S3_SECRET_ACCESS_KEY.',
    default: '',
    secret: true,
  }),
  sessionToken: text({
    title: 'Session token',
    description: 'Of temporary keys (STS). Keys that change are better given as files: `credentials`.',
    default: '',
    secret: true,
  }),
  credentials: text({
    title: 'Credentials directory',
    description:
      'Keys as files, read again whenever they are needed: s3-credentials (JSON with AccessKeyId, SecretAccessKey, SessionToken), or s3-access-key-id, s3-secret-access-key and s3-session-token. Empty: the CREDENTIALS_DIRECTORY of systemd if they are there, else the fields above.',
    default: '',
  }),
  pathStyle: flag({ title: 'Path style', description: 'Bucket in the path rather than in the host name.', default: true }),
  checksums: choice(
    { title: 'SDK checksums', description: "WHEN_REQUIRED for servers that refuse the SDK's default CRC32.", default: 'WHEN_SUPPORTED' },
    ['WHEN_SUPPORTED', 'WHEN_REQUIRED'],
  ),
  partSize: integer(
    { title: 'Part size', description: 'Size of multipart parts; larger files are split.', unit: 'MiB', default: 16 },
    5,
    512,
  ),
  partsAtOnce: integer({ title: 'Parts at once', description: 'Parts of one file uploaded at the same time.', default: 4 }, 1, 16),
  timeout: integer(
    {
      title: 'Timeout',
      description: 'A transfer in which no byte has moved for this long is given up and goes on where it was; one that is slow is not.',
      unit: 's',
      default: 60,
    },
    1,
    3600,
  ),
};

const s3 = section('S3', 'Used if archive.kind is s3.', { ...s3Server, ...s3Locks });

const archive = section('Archive', 'The second copy.', {
  kind: choice(
    { title: 'Kind', description: 'none: local only; disk: a directory on another mount; s3: an S3-compatible server.', default: 'none' },
    ['none', 'disk', 's3'],
  ),
  directory: text({ title: 'Directory', description: "Used if kind is disk; should be another disk than the vault's.", default: '' }),
  derivatives: flag({
    title: 'Derivatives too',
    description: 'Archive playable copies and pictures beside the originals. Where it is off, playable copies never leave the vault.',
    default: true,
  }),
  verify: choice(
    {
      title: 'Verification',
      description: 'readback: read every archived byte back and hash it; head: trust size and server checksum.',
      default: 'readback',
    },
    ['readback', 'head'],
  ),
  atOnce: integer(
    { title: 'Recordings at once', description: 'Recordings archived at the same time; 0 leaves it to workers.', default: 2 },
    0,
    16,
  ),
  bandwidth: integer(
    {
      title: 'Bandwidth',
      description: 'Upload limit over all work of this host; 0 is none. A worker on another host has its own.',
      unit: 'KiB/s',
      default: 0,
    },
    0,
    100_000_000,
  ),
  hours: text({
    title: 'Hours',
    description: "Uploads run only within this window of the station's local time, for example 20:00-06:00; empty is always.",
    default: '',
    pattern: '^$|^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$',
  }),
  abandonAfter: integer(
    { title: 'Abandoned uploads', description: 'Multipart uploads older than this are aborted.', unit: 'h', default: 168 },
    1,
    8760,
  ),
  s3,
});

const custody = section('Custody log', 'Copies of the custody log outside the ledger.', {
  ship: flag({
    title: 'Ship the log',
    description: 'Copy new entries of the custody log into vault and archive, as sealed segments.',
    default: true,
  }),
  shipSeconds: integer(
    {
      title: 'Ship every',
      description: 'How often new entries are looked for; the log outside the ledger is at most this far behind.',
      unit: 's',
      default: 30,
    },
    1,
    3600,
  ),
});

const queue = section('Queue', 'BullMQ on Redis.', {
  url: text({
    title: 'URL',
    description: 'redis:// or rediss:// of a shared server; empty: the station runs a private redis-server of its own.',
    default: '',
    secret: true,
  }),
  redisServer: text({
    title: 'redis-server',
    description: 'Program to run for the private server.',
    default: 'redis-server',
    minLength: 1,
  }),
  prefix: text({
    title: 'Key prefix',
    description: 'Put before every key, with the station id behind it.',
    default: DEFAULT_QUEUE_PREFIX,
    minLength: 1,
  }),
  sweepSeconds: integer(
    { title: 'Sweep', description: 'How often unfinished work is queued again from the ledger.', unit: 's', default: 60 },
    1,
    3600,
  ),
  attemptsMax: integer(
    {
      title: 'Tries',
      description: 'Tries of making one recording ready before that is shown as failed; archiving is tried for ever.',
      default: 5,
    },
    1,
    100,
  ),
});

const work = section('Workers', 'Other hosts that derive and archive for this station.', {
  listen: text({
    title: 'Address',
    description:
      '`host:port` where workers come in, over TLS and with a key of their own (`evidock worker invite`); empty: nowhere. Needs queue.url, which they share.',
    default: '',
    pattern: '^$|^(\\[[0-9A-Fa-f:]+\\]|[0-9A-Za-z][0-9A-Za-z.-]*):[0-9]{1,5}$',
  }),
});

const suggest = section('Suggestions', 'Recordings and case events that belong together.', {
  margin: integer(
    { title: 'Margin', description: "How far a recording may lie outside an event's window.", unit: 's', default: 600 },
    0,
    86_400,
  ),
  accept: choice(
    {
      title: 'Acceptance',
      description:
        'person: somebody accepts; sole: a suggestion is accepted by rule when it is the only one of its recording and the officer matches.',
      default: 'person',
    },
    ['person', 'sole'],
  ),
});

const log = section('Log', 'JSON lines on standard error.', {
  level: choice({ title: 'Level', description: 'Least level that is written.', default: 'info' }, [
    'trace',
    'debug',
    'info',
    'warn',
    'error',
    'fatal',
  ]),
});

/** The whole of config/station.yaml. */
export const ConfigSchema = section('Evidock station', 'One file configures the station.', {
  station,
  dock,
  intake,
  derive,
  archive,
  eviction,
  custody,
  disposal,
  queue,
  work,
  http,
  oidc,
  doors,
  audit,
  access,
  retention,
  scrub,
  duties,
  clock,
  machine,
  heartbeat,
  notices,
  suggest,
  log,
});

export type Config = Static<typeof ConfigSchema>;

export const BYTES_PER_MIB = 1024 * 1024;
