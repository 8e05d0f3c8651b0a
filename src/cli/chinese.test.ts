/*
 * Goal: who reads Chinese reads no English sentence, whatever is told: damage, a suggestion, work that failed, a device that nobody knows, what is not there.
 * Method: the whole command line in this process over a real ledger and vault; what it prints is searched for English words in a row.
 */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LiveSlotBoard } from '#adapters/live-slot-board';
import { PlayableEvicted } from '#domain/custody/destruction-entries';
import { RecordingDamaged } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import { damageFromIntake } from '#domain/damage';
import { EvidockError } from '#domain/errors';
import { because, isReason, together } from '#domain/reason';
import { suggestFor } from '#domain/suggest';
import { derivativeKey, manifestKey, recordingPrefix } from '#domain/vault/vault-key';
import { errorWords } from '#messages/error-words';
import { aCase, aCaseEvent, anId, aSuggestion, START_MS, someWork } from '#test/support/builders';
import { claimed } from '#test/support/ledger/claims';
import { CommandLine } from '#test/support/station/command-line';
import { loadConfig } from '../config/load.ts';
import { runDoctor } from '../doctor/doctor.ts';

/** Two words in a row, each of three letters or more. */
const ENGLISH = /[A-Za-z]{3,} [A-Za-z]{3,}/;
const WHOLE = 1_000_000;

let cli: CommandLine;
let id: string;

const gaps = [{ start: 0, end: 4096 }];
const damage = damageFromIntake({ originalCount: 3, missingCount: 1 }, [{ cardPath: 'DCIM/1.MP4', bytes: WHOLE, gaps }]);

beforeAll(async () => {
  cli = await CommandLine.open();
  id = (await cli.station.addRecording(Buffer.from('footage'), { kind: 'video' })).id;
  const event = aCaseEvent({ caseNumber: 'A-1', place: '城西市场' });
  const [match] = suggestFor({ startMs: event.startMs - 600_000, durationMs: 1000, officerId: null }, [event], 3_600_000);
  await cli.station.ledger.transaction(async (writer) => {
    await writer.recordings.update(id, {
      damaged: true,
      damageReason: damage,
      notes: [{ code: 'not-made', parameters: { what: because('the-poster', {}), why: because('nothing-of-it-decodes', {}) } }],
    });
    const about = { atMs: START_MS, actor: { kind: 'station' as const, id: 'station', via: null, session: null } };
    await writer.custody.append(
      RecordingDamaged.make({ ...about, subject: subject('recording', id), personal: damage ? { reason: damage } : {} }),
    );
    const [playable] = await writer.recordings.derivatives(id);
    if (!playable || !(await writer.recordings.markPlayableEvicted(playable.id, START_MS))) throw new Error('no playable copy');
    const gone = { ...PlayableEvicted.example, subject: subject('recording', id) };
    await writer.custody.append(PlayableEvicted.make({ ...about, ...gone }));
    await writer.work.insert(someWork('derive', id));
    const reason = because('twice-longer', { why: because('took-longer', { seconds: 90 }) });
    await writer.work.fail(await claimed(writer, `derive.${id}`), { code: 'transcoder.too-slow', reason, retryInMs: null });
    await writer.cases.upsert(aCase({ number: 'A-1', title: '市场检查' }));
    await writer.cases.upsertEvent(event);
    await writer.cases.insertSuggestion({
      ...aSuggestion({ recordingId: id, eventId: event.id }),
      ...{ id: anId('sug'), caseNumber: 'A-1', reason: match?.reason ?? expect.fail() },
    });
  });
  const board = cli.station.deps.board as LiveSlotBoard;
  const why = [
    because('weak-match', { driver: 'dcim', score: 20, whys: [because('lie-in-dcim', { found: 1, count: 9 })] }),
    because('taken-as-is', {}),
  ];
  board.showPort(2, {
    ...{ port: '1-4.2', phase: 'unknown', problem: { code: 'recorder.unknown', reason: together(why) } },
    explain: [because('usb-ids', { vendor: '0781', product: '5591' }), because('no-driver-why', { whys: why })],
  });
});
afterAll(() => cli.close());

it.each([
  [
    'a damaged recording, whose derivatives failed',
    () => ['recording', id],
    /损坏.*其 3 个文件中有 1 个始终未从记录仪取得；DCIM\/1\.MP4：1000000 字节中有 4096 字节（1 处）/,
  ],
  ['what failed of it', () => ['recording', id], /转码失败：转码两次超出时限：两次超过 90 秒/],
  ['what could not be made', () => ['recording', id], /未能制作 封面：全部无法解码/],
  ['its history', () => ['recording', id], /发现损坏：其 3 个文件中有 1 个始终未从记录仪取得/],
  ['a playable copy that only the archive holds', () => ['recording', id], /可播放副本.*仅存于归档\n/],
  ['since when', () => ['recording', id], /已无可移出的原始文件，可播放副本移出本地库：121 KiB/],
  ['a suggestion', () => ['suggestions'], /录制时间距事件 10 分钟；执法人员未知；城西市场/],
  [
    'a device that no driver knows',
    () => ['slots', '--explain', '2'],
    /没有驱动认识它：匹配较弱：dcim，20\/100（9 个媒体文件中有 1 个位于 DCIM 目录）；所有文件按原样采集/,
  ],
  ['the same in the list', () => ['slots'], /接入了没有驱动认识的存储设备，未作处理: 匹配较弱/],
  ['work that failed', () => ['jobs', '--state', 'failed'], /转码两次超出时限: 两次超过 90 秒/],
  ['what is not there', () => ['recording', 'rec-none'], /失败：没有这一项\n说明：录像 rec-none\n处理：检查编号。/],
  ['a request that is not valid', () => ['tag', id, '--case', 'B-2'], /案件 B-2；登记请用：evidock case add B-2/],
] as const)('%s is told in Chinese alone', async (_what, argv, expected) => {
  const { out, err } = await cli.run(argv(), { EVIDOCK_LANG: 'zh-CN' });
  expect(out + err).toMatch(expected);
  const sentences = (out + err).split('\n').filter((line) => ENGLISH.test(line.replaceAll(/evidock case add/g, '')));
  expect(sentences).toEqual([]);
});

/** What a verification says of what was done to vault and ledger. */
const FOUND = [
  /不一致 本地库 rec-\S+ \S+：\S+：有 5 字节，封存时为 3 字节/,
  /不一致 账本 rec-\S+ \S+：\S+ 的状态为待复制，而录像的状态为已就绪/,
  /：清单的 SHA-256 为 [0-9a-f]{64}，保管链记载 [0-9a-f]{64}/,
  /：可播放副本：有 1 字节/,
  /：账本中没有该文件的记录/,
  /：账本记载 4 字节，保管链记载 3 字节/,
  /登记有 1 个原始文件，列出过 2 个/,
  /不一致 保管链：第 1 条：其列 type 与其内容不符/,
  /第 3 条：其内容与其哈希不符/,
  /第 4 条：没有记载前一条的哈希/,
  /第 5 条：按 \S+ 查不到/,
  /不一致 账本：缺少触发器 custody_refuses_update/,
  /触发器 strange 不属于采集站/,
  /refusals 的第 1 行指向 dockings 中不存在的行/,
  /不一致 账本.*：表 \S+ /,
];

/** A command is written as it is typed, in either language. */
const withoutCommands = (text: string) =>
  text.replaceAll(/apt-get install [a-z0-9-]+|timedatectl set-ntp true|evidock [a-z]+( [a-z]+)?|--[a-z]+( [a-z-]+)?/g, '');
const englishIn = (text: string) =>
  withoutCommands(text)
    .split('\n')
    .filter((line) => ENGLISH.test(line));

it.each(['disk', 's3'])('the doctor finds and mends in Chinese alone, where nothing is well and the archive is %s', async (kind) => {
  const state = join(cli.station.directory, 'not-there', 'x'.repeat(120));
  const nowhere = {
    EVIDOCK_DERIVE_FFMPEG: '/nowhere/ffmpeg',
    EVIDOCK_QUEUE_REDIS_SERVER: '/nowhere/redis',
    EVIDOCK_DOCK_SECRETS: '/nowhere',
  };
  const archive = {
    EVIDOCK_ARCHIVE_KIND: kind,
    EVIDOCK_STATION_ID: 'cd01',
    EVIDOCK_DOCK_USB: 'true',
    EVIDOCK_DOCK_MOUNT_HELPER: '/nowhere/mount.sock',
    EVIDOCK_ARCHIVE_DIRECTORY: '/nowhere',
    EVIDOCK_ARCHIVE_S3_ENDPOINT: 'http://127.0.0.1:9',
    EVIDOCK_ARCHIVE_S3_BUCKET: 'b',
  };
  const { config } = loadConfig({ file: null, state, env: { ...nowhere, ...archive }, root: cli.station.directory });
  const connect = () => cli.context([], []).connect({ config: null, state: null });
  cli.doctor = () => runDoctor({ config, nowMs: 0, connect });
  const { status, out } = await cli.run(['doctor'], { EVIDOCK_LANG: 'zh-CN' });
  expect(status).toBe(1);
  expect(out).toMatch(/时钟 +故障(.*\n)+时钟\. 修复：校准时钟并打开时间同步/);
  expect(out).toContain('采集站. 修复：启动：evidock run');
  expect(englishIn(out)).toEqual([]);
});

it('the doctor who finds no station says what to do by the code of its failure', async () => {
  const { config } = loadConfig({ file: null, state: cli.station.directory, env: {}, root: cli.station.directory });
  const reason = because('no-permission', { path: '/srv' });
  cli.doctor = () => runDoctor({ config, nowMs: START_MS, connect: () => Promise.reject(new EvidockError('ledger.failed', reason)) });
  const { out } = await cli.run(['doctor'], { EVIDOCK_LANG: 'zh-CN' });
  expect(out).toMatch(/采集站 +故障 +账本无法读写：没有写入 \/srv 的权限/);
  expect(out).toContain(`采集站. 修复：${errorWords('zh-CN', 'ledger.failed').remedy}`);
  expect((await cli.run(['doctor'])).out).toContain(`station. To mend: ${errorWords('en', 'ledger.failed').remedy}`);
});

it('a verification names what it finds in Chinese alone, and keeps it as codes: files, rows, entries, triggers', async () => {
  const own = await CommandLine.open();
  try {
    const { station } = own;
    const [one, two, three] = [
      await station.addRecording(Buffer.from('one')),
      await station.addRecording(Buffer.from('two')),
      await station.addRecording(Buffer.from('three')),
    ];
    const inVault = (key: string) => join(station.directory, 'vault', key);
    await writeFile(inVault(one.key), 'other');
    await rm(inVault(two.key));
    await writeFile(inVault(manifestKey(three.id, 1)), '{}');
    await writeFile(inVault(derivativeKey(three.id, 1, 'playable.mp4')), 'x');
    await writeFile(inVault(`${recordingPrefix(three.id)}/stranger.bin`), 'x');
    const raw = new DatabaseSync(join(station.directory, 'ledger.sqlite'), { enableForeignKeyConstraints: false });
    raw.exec(`DROP TRIGGER custody_refuses_update; DROP TRIGGER custody_subjects_refuses_delete;
      CREATE TRIGGER strange AFTER INSERT ON cases BEGIN SELECT 1; END;
      UPDATE custody SET type = 'recording.tagged' WHERE seq = 1; UPDATE custody SET hash = '00' WHERE seq = 3;
      DELETE FROM custody_subjects WHERE seq = 5;
      UPDATE originals SET bytes = bytes + 1 WHERE recording_id = '${one.id}'; UPDATE originals SET state = 'listed' WHERE recording_id = '${two.id}';
      UPDATE recordings SET original_count = 2 WHERE id = '${three.id}';
      INSERT INTO refusals (docking_id, card_path, code, detail, at) VALUES ('dck-none', 'a', 'b', '{"code":"said","params":{"text":""}}', 1)`);
    raw.close();
    const { out, err, status } = await own.run(['verify'], { EVIDOCK_LANG: 'zh-CN' });
    expect(status).toBe(1);
    for (const told of FOUND) expect(out).toMatch(told);
    expect(englishIn(out + err)).toEqual([]);
    const codes = (await own.run(['--json', 'verify'])).out;
    const { faults } = JSON.parse(codes) as { faults: readonly { reason: unknown; what?: string }[] };
    expect(faults.length).toBeGreaterThan(FOUND.length);
    expect(faults.filter(({ reason, what }) => !isReason(reason) || what !== undefined)).toEqual([]);
  } finally {
    await own.close();
  }
});

it.each([[], ['verify'], ['slots', 'assign'], ['jobs', 'retry'], ['recordings'], ['case'], ['worker', 'invite']])(
  'help is in Chinese: %j',
  async (...argv) => {
    const { out } = await cli.run([...argv, '--help'], { EVIDOCK_LANG: 'zh-CN' });
    const lines = out.split('\n').filter((line) => line !== '' && !/^ {2}evidock /.test(line));
    expect(
      lines.filter(
        (line) => !/\p{Script=Han}/u.test(line) || /\[(options|command)\]/.test(line) || ENGLISH.test(line.replace(/evidock [a-z ]+/, '')),
      ),
    ).toEqual([]);
  },
);
