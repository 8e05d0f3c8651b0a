import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { environmentName, loadConfig } from './load.ts';
import { exampleYaml, referenceMarkdown } from './reference.ts';

function emptyDirectory(): string {
  const root = mkdtempSync(join(tmpdir(), 'evd-config-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  return root;
}

function load(yaml: string, env: Record<string, string> = {}) {
  const root = emptyDirectory();
  const file = join(root, 'station.yaml');
  writeFileSync(file, yaml);
  return loadConfig({ file, state: null, env, root });
}

describe('configuration', () => {
  it('is complete without a file, and lies below the checkout then', () => {
    const root = emptyDirectory();
    const { config } = loadConfig({ file: null, state: null, env: {}, root });
    expect(config.station.state).toBe(join(root, 'var'));
    expect(config.archive.verify).toBe('readback');
    expect(config.intake.sm3).toBe(true);
  });

  it('ranks environment above file, and says where each value comes from', () => {
    const { config, explained } = load('archive:\n  kind: disk\n  directory: /a\nhttp:\n  port: 9000\n', {
      EVIDOCK_HTTP_PORT: '9001',
      EVIDOCK_DOCK_WATCH: '/x:/y',
    });
    expect(config.http.port).toBe(9001);
    expect(config.dock.watch).toEqual(['/x', '/y']);
    const from = (path: string) => explained.find((field) => field.path === path)?.from;
    expect([from('http.port'), from('archive.kind'), from('log.level')]).toEqual(['environment', 'file', 'default']);
  });

  it('never prints a secret', () => {
    const { explained } = load('', { EVIDOCK_ARCHIVE_S3_SECRET_ACCESS_KEY: 'hush' });
    expect(JSON.stringify(explained)).not.toContain('hush');
    expect(() => load('archive:\n  s3:\n    secretAccessKey: [hush]\n')).toThrow(/\*\*\*/);
    const hook = { EVIDOCK_NOTICES_WEBHOOK: 'https://chat.example/robot/hush?key=hush', EVIDOCK_NOTICES_WEBHOOK_SECRET_FILE: '/secret' };
    expect(load('', hook).explained.find(({ path }) => path === 'notices.webhook')?.value).toBe('https://chat.example/***');
    const { EVIDOCK_NOTICES_WEBHOOK_SECRET_FILE: _, ...unsigned } = hook;
    expect(() => load('', unsigned)).toThrow(expect.objectContaining({ message: expect.not.stringContaining('hush') }));
  });

  it('takes what a pattern says of how its segments are counted, and nothing that cannot be', () => {
    const pattern = (more: string) => `intake:\n  patterns:\n    - { name: p, regex: "^a(?<sequence>[0-9]+)$", example: a1, ${more} }`;
    const counted = { sequenceMax: 499, part: 0, firstPart: 0, partTime: 'either', contiguousMs: 5000 };
    const { config } = load(pattern(JSON.stringify(counted).slice(1, -1)));
    expect(config.intake.patterns[0]).toMatchObject(counted);
    expect(() => load(pattern('partTime: sometimes'))).toThrow(/partTime/);
    expect(() => load(pattern('sequenceMax: 0'))).toThrow(/sequenceMax/);
  });

  it.each([
    ['retention:\n  schedule: own.yaml', /retention\.schedule: must be an absolute path.*own\.yaml/],
    ['retention:\n  holidays: ./days', /retention\.holidays: must be an absolute path/],
    ['unknown: 1', /unknown: there is no such field/],
    ['http:\n  prot: 1', /http\.prot: there is no such field/],
    ['http:\n  port: 70000', /http\.port: .*65535.*70000/],
    ['http:\n  port: many', /http\.port: .*"many"/],
    ['http:\n  host: 0.0.0.0', /http\.host: is not a loopback address, so it needs http\.certificate.*http\.trustedProxies.*0\.0\.0\.0/],
    ['http:\n  host: "::"', /http\.host: is not a loopback address/],
    ['http:\n  host: 10.0.0.9', /http\.host: is not a loopback address/],
    ['http:\n  host: "::ffff:10.0.0.9"', /http\.host: is not a loopback address/],
    ['http:\n  host: station.example', /http\.host: must be an IP address.*station\.example/],
    ['http:\n  host: 0.0.0.0\n  certificate: /c\n  key: /k', /http\.host: stands for every address.*http\.names/],
    ['http:\n  host: "0::0"\n  certificate: /c\n  key: /k', /http\.host: stands for every address.*http\.names/],
    ['http:\n  certificate: /c', /http\.key: http\.certificate and http\.key go together/],
    ['http:\n  key: /k', /http\.certificate: http\.certificate and http\.key go together/],
    ['http:\n  trustedProxies: [proxy.example]', /http\.trustedProxies: proxy\.example is not an address range/],
    ['http:\n  trustedProxies: [10.0.0.1/33]', /http\.trustedProxies: 10\.0\.0\.1\/33 is not an address range/],
    ['http:\n  trustedProxies: [10.0.0.1/]', /http\.trustedProxies: 10\.0\.0\.1\/ is not an address range/],
    ['http:\n  trustedProxies: ["::/129"]', /http\.trustedProxies: ::\/129 is not an address range/],
    ['http:\n  trustedProxies: [0.0.0.0/0]', /http\.trustedProxies: 0\.0\.0\.0\/0 would believe everybody/],
    ['http:\n  trustedProxies: ["::/0"]', /http\.trustedProxies: ::\/0 would believe everybody/],
    ['http:\n  names: ["https://station.example"]', /http\.names/],
    ['archive:\n  kind: tape', /archive\.kind: .*none, disk, s3.*"tape"/],
    ['archive:\n  kind: disk', /archive\.directory: is needed/],
    ['archive:\n  kind: s3\n  s3:\n    endpoint: ftp://x', /archive\.s3\.endpoint: must be an http/],
    ['dock:\n  wipe: after-archived', /dock\.wipe: can be after-archived only where an archive is configured/],
    ['station:\n  timezone: Mars/Olympus', /station\.timezone: must be an IANA/],
    ['station:\n  id: Has Spaces', /station\.id: .*Has Spaces/],
    ['archive:\n  hours: 25:00-26:00', /archive\.hours/],
    ['intake:\n  patterns:\n    - { name: p, regex: "(", example: a }', /pattern p/],
    ['intake:\n  leftovers: ["*"]', /intake\.leftovers: \* must be/],
    ['intake:\n  patterns:\n    - { name: p, regex: "^a$", example: b }', /does not match its own example/],
    ['station: 5', /station: must be a section/],
    ['queue:\n  url: hush', /queue\.url: must begin with redis:.*"\*\*\*"/],
    ['a: [', /is not YAML/],
  ])('refuses %j with field, rule and value', (yaml, message) => {
    expect(() => load(yaml)).toThrow(message);
  });

  const SHARED = [
    'queue:\n  url: redis://u:hush@h',
    'queue:\n  prefix: ours',
    'archive:\n  s3:\n    bucket: b',
    'archive:\n  s3:\n    prefix: p',
    'archive:\n  kind: s3\n  s3:\n    endpoint: http://h\n    bucket: b',
  ];
  it.each(SHARED)('refuses the default id where something may be shared, and takes any other: %j', (yaml) => {
    for (const id of ['', '\nstation:\n  id: station1']) {
      const refused = expect.objectContaining({ code: 'config.default-id', detail: expect.not.stringContaining('hush') });
      expect(() => load(yaml + id)).toThrow(refused);
    }
    for (const id of ['station2', 'station']) expect(load(`${yaml}\nstation:\n  id: ${id}`).config.station.id).toBe(id);
  });

  it.each([
    'host: 127.0.0.1',
    'host: 127.8.0.1',
    'host: "::1"',
    'host: 10.0.0.9\n  trustedProxies: [10.0.0.1]',
    'host: 0.0.0.0\n  trustedProxies: [10.0.0.0/28, "2001:db8::/64"]\n  names: [station.example, 10.0.0.9, "2001:db8::9"]',
    'host: "::"\n  certificate: /c\n  key: /k\n  names: [station]',
  ])('takes an address that is encrypted or only of this machine: %j', (yaml) => {
    expect(load(`http:\n  ${yaml}`).config.http.port).toBe(8470);
  });

  it('lets workers in only where they share a queue with the station', () => {
    const listen = 'work:\n  listen: 10.0.0.1:8471\nstation:\n  id: hz01\n';
    expect(() => load(listen)).toThrow(expect.objectContaining({ code: 'config.invalid', detail: expect.stringContaining('work.listen') }));
    expect(load(`${listen}queue:\n  url: redis://q\n`).config.work.listen).toBe('10.0.0.1:8471');
    for (const wrong of ['8471', 'host', '/run/socket', '10.0.0.1:8471/x'])
      expect(() => load(`work:\n  listen: ${wrong}`)).toThrow(expect.objectContaining({ code: 'config.invalid' }));
  });

  it('keeps the default id for a station that shares nothing', () => {
    expect(load('archive:\n  kind: disk\n  directory: /x').config.station.id).toBe('station1');
  });

  it('names environment variables after the field', () => {
    expect(environmentName('archive.s3.accessKeyId')).toBe('EVIDOCK_ARCHIVE_S3_ACCESS_KEY_ID');
  });

  it('has its example and its reference up to date (node scripts/generate-config-docs.ts)', () => {
    expect(readFileSync(new URL('../../config/station.example.yaml', import.meta.url), 'utf8')).toBe(exampleYaml());
    expect(readFileSync(new URL('../../docs/config.md', import.meta.url), 'utf8')).toBe(referenceMarkdown());
  });

  it('accepts its own example', () => {
    expect(() => load(exampleYaml())).not.toThrow();
  });
});

it.each(['heartbeat.url', 'notices.webhook'])('%s leaves this machine only by TLS, and only with a secret', (path) => {
  const url = environmentName(path);
  const secret = environmentName(path === 'heartbeat.url' ? 'heartbeat.secretFile' : 'notices.webhookSecretFile');
  const load = (env: Record<string, string>) => loadConfig({ file: null, state: '/nowhere', env, root: '/nowhere' });
  for (const target of ['http://station.example/x', 'ftp://127.0.0.1/', 'http://127.0.0.1.evil.example/', 'x'])
    expect(() => load({ [url]: target, [secret]: '/secret' }), target).toThrow(expect.objectContaining({ code: 'config.invalid' }));
  expect(() => load({ [url]: 'https://station.example/' })).toThrow(expect.objectContaining({ code: 'config.invalid' }));
  for (const target of ['https://station.example/x', 'http://127.0.0.1:9/', 'http://[::1]/', 'http://localhost/'])
    expect(load({ [url]: target, [secret]: '/secret' }).config.station.id, target).toBe('station1');
});
