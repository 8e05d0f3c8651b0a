import { DUTY_SUBJECTS, type DutySubject } from '#domain/duties/duty';
import { defineEntry, nullable } from './define-entry.ts';
import { code, id, time, words } from './fields.ts';
import { type Subject, subject } from './subject.ts';

const DUTY = subject('duty', 'dty-01k0d5w7q3-hz01-9999999999');
const kind = () => code('What has to be seen to.');
const subjectKind = () => code(`What it is about: ${DUTY_SUBJECTS.join(', ')}.`);
const role = () => code('Role that sees to it.');
const unit = () => nullable(id('Id of the unit whose duty it is; null: of all.'));

/** The histories that have the entry too. */
function others(about: string, named: string): readonly Subject[] {
  const OF: { readonly [K in DutySubject]?: Subject['kind'] } = {
    recording: 'recording',
    recorder: 'recorder',
    hold: 'hold',
    request: 'request',
  };
  const found = OF[about as DutySubject];
  return found === undefined ? [] : [subject(found, named)];
}

export const DutyOpened = defineEntry({
  type: 'duty.opened',
  about: ['duty'],
  tells: 'The station found something that somebody has to see to.',
  data: { kind: kind(), about: subjectKind(), named: id('What of that kind.'), role: role(), unit: unit(), since: time(), due: time() },
  related: ({ about, named }) => others(about, named),
  example: {
    subject: DUTY,
    data: {
      ...{ kind: 'late-docked', about: 'recording', named: 'rec-01k0d5w7q3-hz01-2222222222', role: 'custodian', unit: null },
      ...{ since: '2026-06-20T07:00:00.000Z', due: '2026-06-23T07:00:00.000Z' },
    },
  },
});

export const DutyHandedOver = defineEntry({
  type: 'duty.handed-over',
  about: ['duty'],
  tells: 'A duty went to another owner, because the officer belongs to another unit now.',
  data: { role: role(), unit: unit() },
  example: { subject: DUTY, data: { role: 'custodian', unit: 'unt-01k0d5w7q3-hz01-3333333333' } },
});

export const DutyAcknowledged = defineEntry({
  type: 'duty.acknowledged',
  about: ['duty'],
  tells: 'A person answered a duty and said why. It comes back when the time is over and its cause is still there.',
  data: { by: id('Who answered it.'), until: nullable(time()) },
  personal: { reason: words() },
  related: ({ by }) => [subject('user', by)],
  example: {
    subject: DUTY,
    data: { by: 'usr-01k0d5w7q3-hz01-1111111111', until: '2026-07-01T00:00:00.000Z' },
    personal: { reason: 'The officer was in hospital.' },
  },
});

export const DutyReturned = defineEntry({
  type: 'duty.returned',
  about: ['duty'],
  tells: 'A duty is open again: the time for which it was put off is over.',
  example: { subject: DUTY },
});

export const DutyDone = defineEntry({
  type: 'duty.done',
  about: ['duty'],
  tells: 'A duty is done: its cause is gone.',
  example: { subject: DUTY },
});

export const DUTY_ENTRIES = [DutyOpened, DutyHandedOver, DutyAcknowledged, DutyReturned, DutyDone] as const;
