/*
 * Goal: each type of entry gives the rows and facts that it tells, and a new type must say whether it changes rows. test/journeys/random-lives.test.ts shows
 * that all entries together rebuild a ledger.
 */

import { describe, expect, it } from 'vitest';
import { stationBy } from '../actor.ts';
import { CUSTODY_TYPES, entryTypeOf } from '../catalogue.ts';
import { CUSTODY_GENESIS, type CustodyDraft, type CustodyEntry } from '../entry.ts';
import { OriginalCopied } from '../original-entries.ts';
import { RecorderChanged } from '../recorder-entries.ts';
import { RecordingTagged, SuggestionDecided } from '../recording-entries.ts';
import { CaseChanged, OfficerChanged } from '../registry-entries.ts';
import { subject } from '../subject.ts';
import { APPLIED_TYPES, apply } from './apply.ts';

const by = { atMs: 1_781_942_400_000, actor: { kind: 'cli', id: 'wang', via: 'socket', session: null } } as const;
const entryOf = (draft: CustodyDraft, erased: readonly string[] = []): CustodyEntry => ({
  ...{ ...draft, erased, salts: {}, version: 2, seq: 7, prev: CUSTODY_GENESIS, hash: '', bytes: new Uint8Array() },
  personal: Object.fromEntries(Object.entries(draft.personal).filter(([name]) => !erased.includes(name))),
});
const REC = 'rec-1';
const tagged = (data: Parameters<typeof RecordingTagged.make>[0]['data']) =>
  apply(entryOf(RecordingTagged.make({ ...by, subject: subject('recording', REC), data })));

/** Types that change no row: no row holds what they tell, or another entry of the same transaction tells it. */
const TELLS_ONLY = [
  ...['station.started', 'station.stopped', 'log.continued', 'log.replayed', 'ledger.accepted', 'ledger.backed-up', 'station.verified'],
  ...['clock.doubted', 'clock.confirmed'],
  ...['docking.compared', 'docking.found-disposed', 'device.refused', 'recorder.unlocked', 'wipe.begun', 'wipe.finished', 'original.wiped'],
  ...['recorder.clock-setting', 'recorder.clock-set', 'recorder.clock-not-set', 'recorder.clock-unsure', 'recorder.clock-doubted'],
  ...['original.differs', 'file.quarantined', 'fixity.checked', 'recording.derive-again', 'recording.read-again', 'recording.damaged'],
  ...['kiosk.code-made', 'kiosk.code-refused', 'kiosk.visited', 'kiosk.visit-refused'],
  // What is copied first is not kept, and who a docking's recordings got is told by each of them.
  ...['docking.put-first', 'docking.claimed', 'recording.remarked'],
  ...['archive.probed', 'archive.compared'],
  ...['user.invited', 'user.set-up', 'user.confirmed', 'roster.imported', 'shifts.imported'],
  ...['recording.noted', 'recording.viewed', 'recording.verified', 'recording.seen', 'thumbnails.shown', 'thumbnails.seen'],
  ...['search.made', 'list.exported', 'audit.read', 'access.refused', 'report.issued', 'socket.used', 'sample.drawn', 'sample.reviewed'],
  ...[
    'session.began',
    'session.ended',
    'sign-in.failed',
    'password.set',
    'totp.set',
    'totp.removed',
    'recovery-codes.made',
    'recovery-code.used',
  ],
  // The log has the digest of a version of the policy, and not its text.
  ...['policy.proposed', 'policy.adopted', 'policy.refused', 'policy.withdrawn'],
  // How the storage holds its objects is asked of the storage.
  'hold.mirrored',
  // Marks are read from the log itself.
  ...['recording.place-marked', 'recording.place-unmarked'],
  // What a place holds is asked of the place; the row of the copy comes and goes with other entries.
  ...['copy.corrupt', 'copy.healed', 'copy.none-good', 'scrub.halted', 'scrub.ordered'],
];

describe('every type of entry', () => {
  it('changes rows, or is known to change none', () => {
    expect([...APPLIED_TYPES, ...TELLS_ONLY].sort()).toEqual([...CUSTODY_TYPES].sort());
  });

  it.each(CUSTODY_TYPES)('%s: its example says so, and nothing in version 1', (type) => {
    const known = entryTypeOf(type) ?? expect.fail(type);
    const entry = entryOf(known.make({ ...by, ...known.example } as never));
    expect(apply(entry).rows.length > 0, type).toBe(APPLIED_TYPES.includes(type));
    expect(apply({ ...entry, version: 1 })).toEqual({ rows: [], facts: [] });
  });
});

describe('facts', () => {
  it('are what changed, and nothing else', () => {
    const cases = { old: ['A-1', 'A-2'], new: ['A-2', 'A-3'] };
    const { facts } = tagged({ cases, category: { old: null, new: 'penalty' }, officer: { old: '1', new: null, oldSource: 'file-name' } });
    expect(facts.map(({ name, value }) => [name, value])).toEqual([
      ['officer', null],
      ['category', 'penalty'],
      ['case:A-1', null],
      ['case:A-3', true],
    ]);
    expect(new Set(facts.map((fact) => `${fact.subject.kind}:${fact.subject.id}`))).toEqual(new Set([`recording:${REC}`]));
    expect(tagged({ officer: { old: '1', new: '1', oldSource: 'file-name' } }).facts).toEqual([]);
  });

  it('of a case are told once each time that they change', () => {
    const about = { ...by, subject: subject('case', 'A-1') };
    const first = { stage: 'filing', category: null, officers: [] };
    const added = apply(
      entryOf(CaseChanged.make({ ...about, data: { old: null, new: first }, personal: { title: { old: null, new: 't' } } })),
    );
    expect(added.facts).toEqual([{ subject: about.subject, name: 'stage', value: 'filing' }]);
    const later = { stage: 'filing', category: 'permit', officers: ['1'] };
    const changed = apply(entryOf(CaseChanged.make({ ...about, data: { old: first, new: later }, personal: {} })));
    expect(changed.facts.map(({ name, value }) => [name, value])).toEqual([
      ['category', 'permit'],
      ['officers', ['1']],
    ]);
  });

  it('of a recorder are who carries it', () => {
    const about = { ...by, subject: subject('recorder', 'R1') };
    const { facts, rows } = apply(entryOf(RecorderChanged.make({ ...about, data: { officer: { old: '1', new: null } } })));
    expect(facts).toEqual([{ subject: about.subject, name: 'officer', value: null }]);
    expect(rows.map(({ table }) => table)).toEqual(['recorders', 'recorder_assignments']);
  });
});

describe('what was erased', () => {
  const about = { ...by, subject: subject('officer', '1') };
  const draft = (old: string | null) =>
    OfficerChanged.make({ ...about, data: { unit: { old: null, new: 'S' } }, personal: { name: { old, new: 'Wang' } } });
  const same = OfficerChanged.make({ ...about, data: { unit: { old: null, new: 'S' } }, personal: {} });

  it('is unknown, and what was not told stays as it was', () => {
    const set = { does: 'set', table: 'officers', where: { id: '1' } };
    // The field must be there with the value undefined, which stands for an unknown value.
    expect(apply(entryOf(draft('Li'), ['name'])).rows).toStrictEqual([{ ...set, fields: { unit: 'S', name: undefined } }]);
    expect(apply(entryOf(draft('Li'))).rows).toStrictEqual([{ ...set, fields: { unit: 'S', name: 'Wang' } }]);
    expect(apply(entryOf(same)).rows).toStrictEqual([{ ...set, fields: { unit: 'S' } }]);
  });

  it('of a copy with damage leaves the damage unknown, and of one without says nothing of it', () => {
    const damaged = entryOf(OriginalCopied.make({ ...by, ...OriginalCopied.example, personal: { cardPath: 'x', damage: 'a gap' } }), [
      'damage',
    ]);
    expect(apply(damaged).rows).toContainEqual(expect.objectContaining({ fields: { damaged: undefined, damage_reason: undefined } }));
    const plain = entryOf(OriginalCopied.make({ ...by, ...OriginalCopied.example, personal: { cardPath: 'x' } }));
    expect(apply(plain).rows.map(({ table }) => table)).toEqual(['originals']);
  });
});

it('a suggestion was decided by whom the entry names', () => {
  const data = { suggestion: 'sug-1', case: 'A-1', decision: 'accepted' as const };
  const draft = SuggestionDecided.make({ ...by, actor: stationBy('sole'), subject: subject('recording', REC), data, personal: {} });
  expect(apply(entryOf(draft)).rows).toEqual([
    expect.objectContaining({ where: { id: 'sug-1' }, fields: { state: 'accepted', decided_by: 'station (rule:sole)' } }),
  ]);
});
