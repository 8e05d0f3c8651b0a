import { useState } from 'react';
import { Link } from 'wouter';
import type { Schemas } from '../../client/api.ts';
import { useRows } from '../../client/queries.ts';
import { urlOf } from '../../client/request.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import { DayField } from '../../kit/day-field.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { lengthText, sizeText } from '../../kit/figures.ts';
import { Badge, Button, Empty, Facts, Filters, PageHead, Panel, SelectField, Stack, TextField } from '../../kit/kit.tsx';
import { useSearchState } from '../../kit/search-state.ts';
import { Time } from '../../kit/time.tsx';
import { usePurposes } from '../../looks/purposes.ts';
import { useUnitNames } from '../../people/units.tsx';
import { useLanguage, useSay, useWord } from '../../texts/say.ts';
import styles from './supervision.module.css';

type Line = Schemas['AuditLine'];

const TEXTS = ['recording', 'case', 'person', 'officer', 'unit', 'address'] as const;
const OUTCOMES = ['done', 'refused', 'failed', 'urgent'] as const;
const LOOKS = 'recording.viewed';
/** What auditors ask for most. */
const ASKED_FOR: readonly string[] = [
  ...[LOOKS, 'thumbnails.shown', 'search.made', 'access.refused', 'list.exported', 'report.issued', 'audit.read'],
  ...['request.asked', 'request.decided', 'grant.begun', 'grant.ended', 'session.began', 'sign-in.failed', 'socket.used'],
  ...['recording.tagged', 'recording.remarked', 'case.changed', 'user.added', 'user.roles-changed', 'policy.adopted'],
];

/** Who did what: every look, search, refusal and export, with the question in words above the answer. */
export function Page() {
  const say = useSay();
  const word = useWord();
  const language = useLanguage();
  const [get, set] = useSearchState();
  const [open, setOpen] = useState<Line | null>(null);
  const outcome = OUTCOMES.find((each) => each === get('outcome'));
  const query = {
    limit: 100,
    ...Object.fromEntries([...TEXTS, 'type', 'since', 'until'].filter((name) => get(name) !== '').map((name) => [name, get(name)])),
    ...(outcome === undefined ? {} : { outcome }),
  };
  const list = useRows('GET /api/v1/audit', { query }, { topics: [] });
  const typeText = (type: string) => word('audit-type', type);
  const purposeOf = usePurposes();
  const units = useUnitNames();
  const columns: readonly Column<Line>[] = [
    {
      id: 'seq',
      title: '#',
      look: 'number',
      cell: (line) => (
        <Button look="quiet" onClick={() => setOpen(line)}>
          {line.seq}
        </Button>
      ),
    },
    {
      id: 'at',
      title: say('access-log.at'),
      cell: ({ at, clock }) => (
        <>
          <Time at={at} to="second" /> {clock === 'steady' ? null : <Badge tone="warn">{word('clock-kind', clock)}</Badge>}
        </>
      ),
    },
    {
      id: 'who',
      title: say('access-log.who'),
      look: 'wrap',
      cell: ({ who, now }) => (
        <>
          {who.name ?? now.name ?? who.actor}{' '}
          <span className={styles.muted}>
            {[...who.roles.map((role) => word('role', role)), who.unit === null ? null : (units.get(who.unit) ?? who.unit)]
              .filter(Boolean)
              .join(' · ')}
          </span>
        </>
      ),
    },
    {
      id: 'what',
      title: say('access-log.what'),
      look: 'wrap',
      cell: ({ type, times }) => `${typeText(type)}${times > 1 ? ` ×${times}` : ''}`,
    },
    {
      id: 'outcome',
      title: say('access-log.outcome'),
      cell: ({ outcome: how }) => (
        <Badge tone={how === 'refused' || how === 'failed' ? 'bad' : how === 'urgent' ? 'warn' : 'plain'}>{word('outcome', how)}</Badge>
      ),
    },
    {
      id: 'object',
      title: say('access-log.object'),
      look: 'wrap',
      cell: ({ what, who, now }) => (
        <>
          {what.recording === null ? (
            <Subject text={what.subject} self={who.person} name={who.name ?? now.name} />
          ) : (
            <Link href={`/recordings/${what.recording}`}>{what.recording}</Link>
          )}
          {what.case === null ? null : (
            <>
              {' '}
              <Link href={`/cases/${encodeURIComponent(what.case)}`}>{what.case}</Link>
            </>
          )}
        </>
      ),
    },
    {
      id: 'why',
      title: say('access-log.why'),
      look: 'wrap',
      cell: ({ why }) => [why.reason === null ? null : purposeOf(why.reason), why.words, why.rule].filter(Boolean).join(' · ') || '—',
    },
    {
      id: 'much',
      title: say('access-log.much'),
      cell: ({ much }) =>
        much.bytes === null
          ? '—'
          : `${sizeText(much.bytes)}${much.played === null ? '' : ` · ${lengthText(much.played.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0))}`}`,
    },
  ];
  const csv = urlOf('GET /api/v1/audit/export', { query: { ...query, limit: undefined, format: 'csv', lang: language } as never });
  return (
    <>
      <PageHead
        title={say('access-log.title')}
        subtitle={say('access-log.about')}
        actions={
          <a href={csv} download="access-log.csv">
            {say('list.csv')}
          </a>
        }
      />
      <Stack>
        <Panel>
          <p className={styles.question}>{questionOf(say, typeText, get)}</p>
          <Filters>
            {TEXTS.map((name) => (
              <TextField
                key={name}
                label={say(`access-log.${name}`)}
                defaultValue={get(name)}
                onBlur={(event) => set({ [name]: event.target.value.trim() })}
                onKeyDown={(event) => {
                  if (event.key === 'Enter') set({ [name]: event.currentTarget.value.trim() });
                }}
              />
            ))}
            <SelectField
              label={say('access-log.what')}
              value={get('type')}
              onChange={(event) => set({ type: event.target.value })}
              choices={[
                { value: '', label: say('access-log.anything') },
                ...(ASKED_FOR.includes(get('type')) || get('type') === '' ? ASKED_FOR : [...ASKED_FOR, get('type')]).map((type) => ({
                  value: type,
                  label: typeText(type),
                })),
              ]}
            />
            <SelectField
              label={say('access-log.outcome')}
              value={get('outcome')}
              onChange={(event) => set({ outcome: event.target.value })}
              choices={[
                { value: '', label: say('access-log.anything') },
                ...OUTCOMES.map((each) => ({ value: each, label: word('outcome', each) })),
              ]}
            />
            <DayField label={say('search.since')} type="date" value={get('since')} onChange={(value) => set({ since: value })} />
            <DayField label={say('search.until')} type="date" value={get('until')} onChange={(value) => set({ until: value })} />
          </Filters>
        </Panel>
        <Panel flush>
          <DataTable
            label={say('access-log.title')}
            columns={columns}
            list={list}
            idOf={({ seq }) => String(seq)}
            empty={<Empty text={say('access-log.none')} />}
          />
        </Panel>
      </Stack>
      {open ? (
        <Dialog title={`#${open.seq} ${typeText(open.type)}`} wide onClose={() => setOpen(null)}>
          <Facts
            rows={[
              [say('access-log.at'), <Time key="at" at={open.at} to="second" />],
              [say('access-log.session'), [open.who.session, open.who.knownBy].filter(Boolean).join(' · ')],
              [say('access-log.address'), open.who.address],
              [say('access-log.agent'), open.who.agent],
              [say('problem.request'), open.who.requestId],
              [say('access-log.rule'), open.why.rule],
              [say('access-log.grant'), open.why.grant],
            ]}
          />
          <pre className={styles.entry}>{JSON.stringify(open, null, 2)}</pre>
        </Dialog>
      ) : null}
    </>
  );
}

interface SubjectProps {
  /** `user:usr-…` */
  readonly text: string;
  /** Account of whoever did it, and its name. */
  readonly self: string | null;
  readonly name: string | null;
}

/** What an entry is about, where it is no recording. The case stands behind it by itself. */
function Subject({ text, self, name }: SubjectProps) {
  const word = useWord();
  const at = text.indexOf(':');
  const [kind, id] = [text.slice(0, at), text.slice(at + 1)];
  if (kind === 'case' || kind === 'station') return <>{word('audit-subject', kind)}</>;
  return (
    <>
      {word('audit-subject', kind)} {kind === 'user' && id === self && name !== null ? name : id}
    </>
  );
}

/** The filters as a question: "Who saw rec-… from 2026-11-01?" */
function questionOf(say: ReturnType<typeof useSay>, typeText: (type: string) => string, get: (name: string) => string): string {
  const about =
    get('recording') ||
    (get('case') && say('access-log.q.case', { number: get('case') })) ||
    (get('officer') && say('access-log.q.officer', { officer: get('officer') }));
  const when = [
    get('since') && say('access-log.q.since', { day: get('since') }),
    get('until') && say('access-log.q.until', { day: get('until') }),
  ]
    .filter(Boolean)
    .join('');
  const who = get('person') || get('unit');
  if (who) return say('access-log.q.did', { who, about: about || say('access-log.q.all'), when });
  return say(get('type') === LOOKS ? 'access-log.q.saw' : 'access-log.q.who', {
    about: about || say('access-log.q.all'),
    when,
    what: get('type') ? typeText(get('type')) : '',
  });
}
