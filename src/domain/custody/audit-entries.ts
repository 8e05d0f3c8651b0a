import Type from 'typebox';
import { defineEntry, nullable } from './define-entry.ts';
import { code, count, id, sha256, time, words } from './fields.ts';
import { lookSubjects, VIEWER_EXAMPLE, viewerFields, viewerWords, WHO } from './looked.ts';
import { subject } from './subject.ts';

const HERE = subject('station', 'hz01');
const ROUTES_MAX = 20;
const tied = ({ user }: { readonly user: string | null }) => lookSubjects({ user });

export const SearchMade = defineEntry({
  type: 'search.made',
  about: ['station'],
  tells: 'Somebody searched by the name or number of another person, or by a case: written before the answer goes out.',
  data: { list: code('Which list.'), by: Type.Array(code(), { maxItems: 10, description: 'Which fields were given.' }), ...viewerFields() },
  personal: { ...viewerWords(), asked: words('Field and value, `officer=041234&case=…`.') },
  related: tied,
  example: {
    subject: HERE,
    data: { list: 'recordings', by: ['officer'], ...WHO },
    personal: { ...VIEWER_EXAMPLE, asked: 'officer=041234' },
  },
});

export const ListExported = defineEntry({
  type: 'list.exported',
  about: ['station'],
  tells: 'A list goes out as a file: written before its first line.',
  data: { list: code('Which list.'), format: code('`csv`, `jsonl`, …'), ...viewerFields() },
  personal: { ...viewerWords(), asked: words('By what it was chosen.') },
  related: tied,
  example: { subject: HERE, data: { list: 'audit', format: 'csv', ...WHO }, personal: { ...VIEWER_EXAMPLE, asked: 'case=LY-2026-0012' } },
});

export const AuditRead = defineEntry({
  type: 'audit.read',
  about: ['station'],
  tells: 'Somebody reads the log of looks: written before the answer goes out. The same question counts once in 15 minutes.',
  data: { format: code('`json`, `csv`, `jsonl`.'), ...viewerFields() },
  personal: { ...viewerWords(), asked: words('The question, `person=usr-…&type=recording.viewed`; empty: all of it.') },
  related: tied,
  example: { subject: HERE, data: { format: 'json', ...WHO }, personal: { ...VIEWER_EXAMPLE, asked: 'case=LY-2026-0012' } },
});

export const AccessRefused = defineEntry({
  type: 'access.refused',
  about: ['station', 'recording', 'case'],
  tells: 'Somebody was refused. The first is told at once; those that follow within a minute are told as one, with their number.',
  data: {
    action: code('What was wanted: an action such as `look`, or a task such as `read-audit`.'),
    route: nullable(code('Method and path of the route.')),
    ...{
      rule: nullable(id('Rule, invariant or reason that refused it; null: none allowed it.')),
      policy: nullable(Type.Integer({ description: 'Version of the policy.' })),
    },
    ...{ times: count('How often, since the last entry of this kind.'), since: time() },
    others: count('Of those, how many were of other persons, addresses or things, because too many came at once.'),
    ...viewerFields(),
  },
  personal: { ...viewerWords(), tried: nullable(words('What was named, where nothing of that name is there, or the desk refused it.')) },
  related: tied,
  example: {
    subject: subject('recording', 'rec-01k0d5w7q3-hz01-2222222222'),
    data: {
      ...{ action: 'look', route: 'GET /api/v1/recordings/:id/playback', rule: 'nobody-abroad', policy: 3, times: 1 },
      ...{ since: '2026-06-20T08:00:00.000Z', others: 0, ...WHO },
    },
    personal: VIEWER_EXAMPLE,
  },
});

export const ReportIssued = defineEntry({
  type: 'report.issued',
  about: ['station', 'recording', 'case'],
  tells: 'A report or a trail goes out, or somebody says that it was printed, copied or saved: written before its first byte.',
  data: {
    ...{
      report: code('Which: `trail`, `month`, …'),
      how: code('`shown`, `downloaded`: by the station; `printed`, `copied`, `saved`: as whoever did it says.'),
      format: code('`pdf`, `html`, …'),
    },
    sha256: Type.Union([sha256(), Type.Null()], { description: 'SHA-256 of the file; null: it is not known before it is sent.' }),
    month: Type.Optional(code('Of a report of a month: which, `2026-06`.')),
    copies: Type.Optional(count('How many copies.')),
    ...viewerFields(),
  },
  personal: { ...viewerWords(), to: nullable(words('Who received it, in the words of who took it.')) },
  related: tied,
  example: {
    subject: subject('recording', 'rec-01k0d5w7q3-hz01-2222222222'),
    data: { report: 'trail', how: 'downloaded', format: 'pdf', sha256: 'ab'.repeat(32), ...WHO },
    personal: { ...VIEWER_EXAMPLE, to: 'District court, chamber 3' },
  },
});

export const SocketUsed = defineEntry({
  type: 'socket.used',
  about: ['station'],
  tells: 'Somebody on the machine itself uses the control socket, past all rules: told at once, then each minute in which it goes on.',
  data: {
    ...{ requests: count('Since the last such entry.'), since: time() },
    routes: Type.Array(code(), { maxItems: ROUTES_MAX, description: 'Methods and paths, each once; the first 20.' }),
  },
  example: { subject: HERE, data: { requests: 1, since: '2026-06-20T08:00:00.000Z', routes: ['GET /api/v1/recordings'] } },
});

export const AUDIT_ENTRIES = [SearchMade, ListExported, AuditRead, AccessRefused, ReportIssued, SocketUsed] as const;
