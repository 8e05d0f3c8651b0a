import type { Command } from 'commander';
import type { CustodyAnswer } from '#api/custody';
import type { RecordingAnswer } from '#api/recordings';
import { actorText } from '#domain/custody/actor';
import { entryTypeOf } from '#domain/custody/catalogue';
import { isReason } from '#domain/reason';
import { RECORDING_STATES } from '#domain/recording';
import { bytesText } from '#messages/figures';
import { hasText, type Language, type Say } from '#messages/language';
import { reasonText } from '#messages/reason';
import { ask, askAll, askPages, type StationClient } from './client.ts';
import { aTime, mustBeState, type Shell, wholeNumber } from './command.ts';
import { askFacts, printFacts } from './facts.ts';
import { effectiveFacts, effectiveMarks } from './protection.ts';
import { addFetch } from './retention/fetch.ts';
import { spanChange } from './spans.ts';
import { printClaims, startChange } from './start-claims.ts';
import { durationText, jsonText, printable, timeText } from './table.ts';
import { failureWords, linkWords, noteWords, type Voice, word } from './words.ts';

const SHOWN = 200;
const GAPS_SHOWN = 8;
/** Codes of notes that mark a time in a list as doubtful. */
const TIME_DOUBTS = ['time-uncertain', 'time-unknown', 'time-skipped', 'time-doubled'];

interface Filter {
  readonly case?: string;
  readonly officer?: string;
  readonly recorder?: string;
  readonly state?: string;
  readonly since?: string;
  readonly until?: string;
  readonly damaged?: boolean;
  readonly unassigned?: boolean;
  readonly limit?: number;
}

/** The word that people see for recordings whose derivatives are made. */
const READY = 'ready';

export function addRecordings(program: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(program, 'recordings', say('recordings.about'), 'recordings --case LY-2026-0012', { ownState: true })
    .option('--case <number>', say('recordings.opt.case'))
    .option('--officer <id>', say('recordings.opt.officer'))
    .option('--recorder <serial>', say('recordings.opt.recorder'))
    .option('--state <state>', say('recordings.opt.state'))
    .option('--since <time>', say('recordings.opt.since'), aTime)
    .option('--until <time>', say('recordings.opt.until'), aTime)
    .option('--damaged', say('recordings.opt.damaged'))
    .option('--unassigned', say('recordings.opt.unassigned'))
    .option('-l, --limit <n>', say('recordings.opt.limit'), wholeNumber(1, 1_000_000))
    .action(async (asked: Filter, command: Command) => {
      const globals = shell.globals(command, { ownState: true });
      const filter = asked.state === READY ? { ...asked, state: 'derived' } : asked;
      mustBeState(filter.state, RECORDING_STATES, 'recordings');
      await shell.withStation(globals, async (client) => {
        if (globals.json) await printJsonPages(shell, client, filter);
        else await printTable(shell, client, filter);
      });
    });
  const recording = shell
    .add(program, 'recording <id>', say('recording.about'), 'recording rec-01jy…')
    .option('--history', say('option.history'))
    .action(async (id: string, { history = false }: { history?: boolean }, command: Command) => {
      const globals = shell.globals(command);
      await shell.withStation(globals, async (client) => {
        const path = `/recordings/${encodeURIComponent(id)}`;
        const shown = await ask<RecordingAnswer>(client, 'GET', path);
        const custody = await askAll<CustodyAnswer>(client, `${path}/custody`);
        const facts = history ? await askFacts(client, path) : null;
        if (globals.json) return shell.printJson({ ...shown, custody, ...(facts ? { facts } : {}) });
        printRecording(shell, shown, custody);
        if (facts) printFacts(shell, facts);
      });
    });
  addFetch(recording, shell);
}

/** Pages of recordings, newest first, at most `filter.limit` in all. */
function pagesOf(client: StationClient, filter: Filter): AsyncGenerator<readonly RecordingAnswer[]> {
  const { case: number, officer, recorder, state, since, until, damaged, unassigned, limit } = filter;
  const query = { case: number, officer, recorder, state, since, until, damaged, unassigned };
  return askPages<RecordingAnswer>(client, '/recordings', query, limit === undefined ? {} : { limit });
}

/** Prints one JSON array page by page, because a ledger may hold more than fits into memory. */
async function printJsonPages(shell: Shell, client: StationClient, filter: Filter): Promise<void> {
  let first = true;
  for await (const page of pagesOf(client, filter)) {
    if (shell.context.stdout.writable === false) return;
    for (const recording of page) {
      shell.context.stdout.write(`${first ? '[\n' : ',\n'}${jsonText(recording)}`);
      first = false;
    }
  }
  shell.print(first ? '[]' : '\n]');
}

async function printTable(shell: Shell, client: StationClient, filter: Filter): Promise<void> {
  const { say } = shell;
  const limit = filter.limit ?? SHOWN;
  const found: RecordingAnswer[] = [];
  for await (const page of pagesOf(client, { ...filter, limit: limit + 1 })) found.push(...page);
  if (found.length === 0) return shell.note(say('recordings.none'));
  recordingTable(shell, found.slice(0, limit));
  shell.note(found.length > limit ? say('recordings.more') : say('recordings.count', { count: found.length }));
}

export function recordingTable(shell: Shell, recordings: readonly RecordingAnswer[]): void {
  const { say } = shell;
  shell.table(
    [
      { title: say('column.id') },
      { title: say('column.start') },
      { title: say('column.length'), right: true },
      { title: say('column.kind') },
      { title: say('column.recorder'), widthMax: 20 },
      { title: say('column.officer'), widthMax: 16 },
      { title: say('column.state') },
      { title: say('column.cases'), widthMax: 40 },
      { title: say('column.marks') },
    ],
    recordings.map((recording) => [
      recording.id,
      timeText(recording.start),
      durationText(recording.durationMs),
      word(say, 'kind', recording.kind),
      recording.recorderSerial,
      recording.officerId ?? '',
      stateWord(say, recording),
      recording.caseNumbers.join(' '),
      marksOf(say, recording).join(' '),
    ]),
  );
}

function marksOf(say: Say, recording: RecordingAnswer): string[] {
  const { important, damaged, playable, duplicateOf, originals, trouble, notes } = recording;
  return [
    ...(important ? [say('mark.important')] : []),
    ...effectiveMarks(say, recording),
    ...(damaged ? [say('mark.damaged')] : []),
    ...(playable ? [say('mark.playable')] : []),
    ...(originals.some(({ evictedAt }) => evictedAt !== null) ? [say('mark.evicted')] : []),
    ...(duplicateOf === null ? [] : [say('mark.duplicate')]),
    ...(notes.some(({ code }) => TIME_DOUBTS.includes(code)) ? [say('mark.time-uncertain')] : []),
    ...(notes.some(({ code }) => !TIME_DOUBTS.includes(code)) ? [say('mark.noted')] : []),
    ...(leftBehind(recording).length > 0 ? [say('mark.waits')] : []),
    ...trouble.map(({ stage, state }) =>
      say(state === 'failed' ? 'mark.failed' : 'mark.failing', { stage: word(say, 'work-stage', stage) }),
    ),
  ];
}

const stateWord = (say: Say, { state, replacedBy }: RecordingAnswer) => word(say, 'state', replacedBy ? 'replaced' : state);

const FILES_TOLD = 3;

/** The files that are still on the recorder and for which an incomplete recording waits. */
function leftBehind({ state, originals, replacedBy }: RecordingAnswer): RecordingAnswer['originals'] {
  return state === 'copying' && !replacedBy ? originals.filter((original) => original.state === 'listed') : [];
}

/** Sentences about what has failed and what is waited for. */
function remarksOf({ say, language }: Shell, recording: RecordingAnswer): string[] {
  const left = leftBehind(recording);
  const files = left.slice(0, FILES_TOLD).map(({ cardPath, bytes }) => `${printable(cardPath)} (${bytesText(bytes)})`);
  const more = left.length > files.length ? ', …' : '';
  const waits = say('recording.waits', {
    count: left.length,
    serial: printable(recording.recorderSerial),
    files: files.join(say('between')) + more,
  });
  const failures = recording.trouble.map(({ stage, state, code, reason }) =>
    say(state === 'failed' ? 'recording.failed' : 'recording.failing', {
      stage: word(say, 'work-stage', stage),
      what: failureWords(language, code),
      detail: reason === null ? '' : printable(reasonText(language, reason)),
    }),
  );
  const replaced = recording.replacedBy ? [say('recording.replaced', { by: recording.replacedBy })] : [];
  const fetches = recording.fetches.map(({ original, attempts, nextAt, reason }) =>
    say('recording.fetch-waits', { index: original, attempts, next: timeText(nextAt), why: printable(reasonText(language, reason)) }),
  );
  return [...replaced, ...(left.length > 0 ? [waits] : []), ...failures, ...fetches];
}

const withSource = (value: string, source: string) => `${value} (${source})`;

function printRecording(shell: Shell, recording: RecordingAnswer, custody: readonly CustodyAnswer[]): void {
  const { say } = shell;
  const facts: [string, string][] = [
    [say('column.id'), recording.id],
    [say('column.state'), [stateWord(say, recording), ...marksOf(say, recording)].join(say('between'))],
    [say('column.kind'), word(say, 'kind', recording.kind)],
    [say('column.recorder'), recording.recorderSerial],
    [
      say('column.officer'),
      recording.officerId === null ? say('none') : withSource(recording.officerId, word(say, 'source', recording.officerSource ?? '')),
    ],
    [say('column.cases'), recording.caseNumbers.join(' ') || say('none')],
    [say('column.category'), recording.category === null ? say('none') : word(say, 'category', recording.category)],
    ...effectiveFacts(say, recording),
    [say('column.start'), recording.start ?? ''],
    [
      say('column.claimed'),
      recording.claimedStart === null ? '' : withSource(timeText(recording.claimedStart), word(say, 'from', recording.claimedFrom ?? '')),
    ],
    [say('column.offset'), recording.clockOffsetMs === null ? say('none') : `${recording.clockOffsetMs} ms`],
    [say('column.length'), durationText(recording.durationMs)],
    ...(recording.damaged
      ? [
          [
            say('column.damaged'),
            recording.damageReason === null ? say('yes') : reasonText(shell.language, recording.damageReason),
          ] satisfies [string, string],
        ]
      : []),
    ...(recording.duplicateOf === null ? [] : [[say('column.duplicate'), recording.duplicateOf] satisfies [string, string]]),
    ...recording.notes.map((note): [string, string] => [say('column.notes'), noteWords(shell, note)]),
    ...recording.links.map((link): [string, string] => [say('column.links'), linkWords(say, link)]),
  ];
  shell.table([{ title: '' }, { title: '' }], facts);
  for (const remark of remarksOf(shell, recording)) shell.print(`\n${remark}`);
  shell.print(`\n${say('recording.originals')}`);
  shell.table(
    [
      { title: '#', right: true },
      { title: say('column.path') },
      { title: say('column.bytes'), right: true },
      { title: say('column.state') },
      { title: 'SHA-256' },
    ],
    recording.originals.map(({ index, shownPath, bytes, state, sha256, evictedAt }) => [
      String(index),
      shownPath,
      bytesText(bytes),
      evictedAt === null ? word(say, 'original', state) : say('mark.evicted'),
      sha256 ?? '',
    ]),
  );
  printGaps(shell, recording.originals);
  printClaims(shell, recording.startClaims);
  shell.print(`\n${say('recording.copies')}`);
  for (const { where, verifiedAt } of recording.copies) shell.print(`${word(say, 'place', where)}  ${timeText(verifiedAt)}`);
  if (recording.copies.length === 0) shell.print(say('recording.no-copies'));
  if (recording.derivatives.length > 0) {
    shell.print(`\n${say('recording.derivatives')}`);
    shell.table(
      [{ title: say('column.kind') }, { title: '' }, { title: say('column.bytes'), right: true }, { title: '' }, { title: '' }],
      recording.derivatives.map(({ kind, mediaType, bytes, recipe, evictedAt }) => [
        word(say, 'derivative', kind),
        mediaType,
        bytesText(bytes),
        recipe,
        evictedAt === null ? '' : say('mark.evicted'),
      ]),
    );
  }
  printHistory(shell, custody);
}

/** Prints entries of the custody log, each in words. */
export function printHistory(shell: Shell, custody: readonly CustodyAnswer[]): void {
  const { say } = shell;
  shell.print(`\n${say('recording.history')}`);
  shell.table(
    [{ title: '#', right: true }, { title: say('column.time') }, { title: say('column.who') }, { title: say('column.what') }],
    custody.map((entry) => [String(entry.seq), timeText(entry.at), actorText(entry.actor), custodyWords(shell, entry)]),
  );
}

/** Prints the first gaps of each file. --json has all of them. */
function printGaps(shell: Shell, originals: RecordingAnswer['originals']): void {
  for (const { index, gaps } of originals) {
    if (gaps.length === 0) continue;
    const shown = gaps.slice(0, GAPS_SHOWN).map(({ start, end }) => `${start}–${end - 1}`);
    if (gaps.length > shown.length) shown.push('…');
    shell.print(shell.say('recording.gaps', { index, places: gaps.length, ranges: shown.join(', ') }));
  }
}

/** One custody entry in words. */
function custodyWords({ say, language }: Voice, { type, data, lists, personal, related, leftOut }: CustodyAnswer): string {
  if (leftOut) return say('custody.left-out', { type });
  const key = `custody.${type}`;
  if (!hasText(key)) return `${type} ${JSON.stringify(data)}`;
  const erased = Object.keys(entryTypeOf(type)?.personal ?? {}).map((name) => [name, say('custody.erased')]);
  const texts = Object.entries(lists).map(([name, list]) => [
    name,
    list.flatMap((item) => (typeof item === 'string' || isReason(item) ? told(language, item) : [])).join('; '),
  ]);
  const values: Record<string, string> = {
    others: related.map((text) => text.slice(text.indexOf(':') + 1)).join(', '),
    ...Object.fromEntries([...erased, ...texts]),
    ...Object.fromEntries(Object.entries({ ...data, ...personal }).map(([name, value]) => [name, told(language, value)])),
  };
  const bytes = typeof data['bytes'] === 'number' ? bytesText(data['bytes']) : values['bytes'];
  const decision = word(say, 'suggestion', values['decision'] ?? '');
  const from = word(say, 'place', values['from'] ?? '');
  const how = word(say, 'how', values['how'] ?? '');
  const place = word(say, 'place', values['place'] ?? '');
  const roles = listWords(say, 'roles', data['roles']);
  const old = word(say, 'user-state', values['old'] ?? '');
  return printable(
    say(key, {
      ...values,
      bytes,
      decision,
      from,
      how,
      place,
      ...(roles === null ? {} : { roles }),
      old,
      ...startChange(say, data),
      ...spanChange(data),
      changes: changeWords(say, { ...data, ...personal }),
    }),
  );
}

/** One value of an entry in words. Older entries have sentences where there are reasons now. */
function told(language: Language, value: unknown): string {
  if (value === null) return '—';
  if (isReason(value)) return reasonText(language, value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** By name of a field whose values are codes: the family of words for them. */
const FIELD_WORDS: Readonly<Record<string, 'category' | 'level' | 'case-state' | 'source'>> = {
  category: 'category',
  confidentiality: 'level',
  state: 'case-state',
  source: 'source',
};

/** By name of a field with several codes: the family of words for them. */
const LIST_WORDS: Readonly<Record<string, 'privacy' | 'role'>> = { privacy: 'privacy', roles: 'role' };

/** A list of codes in words; null for what is no list. */
function listWords(say: Say, name: string, value: unknown): string | null {
  if (!Array.isArray(value)) return null;
  const family = LIST_WORDS[name];
  return (family ? value.map((each) => word(say, family, String(each))) : value).join(' ') || '—';
}

/** Old and new values of an entry, such as `cases [] → ["A-1"], category null → inspection`. */
function changeWords(say: Say, data: Readonly<Record<string, unknown>>): string {
  const plain = (name: string, value: unknown) => {
    const list = listWords(say, name, value);
    if (list !== null) return list;
    if (typeof value === 'boolean') return say(value ? 'yes' : 'no');
    const text = String(value ?? '—');
    const family = FIELD_WORDS[name];
    return family ? word(say, family, text) : text;
  };
  return Object.entries(data)
    .filter(
      (entry): entry is [string, { old: unknown; new: unknown }] => typeof entry[1] === 'object' && entry[1] !== null && 'new' in entry[1],
    )
    .map(([name, change]) => `${word(say, 'field', name)} ${plain(name, change.old)} → ${plain(name, change.new)}`)
    .join(say('between'));
}
