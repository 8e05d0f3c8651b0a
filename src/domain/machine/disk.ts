import { because, type Reason } from '#domain/reason';
import { fieldOf, listAt, numberAt, textAt } from './json.ts';
import type { DiskState } from './machine.ts';

/** What was asked of one disk: what `smartctl --json` printed, or why it could not be asked. */
export interface DiskAnswer {
  readonly name: string;
  /** Of the kernel; null: it knows none. */
  readonly serial: string | null;
  readonly answer: { readonly status: number; readonly stdout: string } | Reason;
}

/** Bits of the exit status (smartctl(8)): the command line, or the device could not be opened. */
const NOT_ASKED = 0b11;
const SAYS_FAILING = 0b1000;
const ATTRIBUTE_BELOW = 0b1_0000;
/** Attributes of sectors that cannot be read at this time. Their numbers are the same with all makers. */
const UNREADABLE = [197, 198];
/** Attributes whose normalised value counts the life that is left from 100 down (names of smartctl's database of drives). */
const LIFE_LEFT =
  /^(Wear_Leveling_Count|Media_Wearout_Indicator|SSD_Life_Left|Percent_Lifetime_Remain|Perc_Rated_Life_Remain|Remaining_Lifetime_Perc)$/;
const WARNINGS = [
  'disk-spare-used',
  'disk-too-hot',
  'disk-unreliable',
  'disk-read-only',
  'disk-backup-failed',
  'disk-memory-unreliable',
] as const;

/** Judges one disk. What is not understood is unread, never good. */
export function diskStateOf({ name, serial, answer }: DiskAnswer): DiskState {
  const unread = (why: Reason, model: string | null = null, id = serial ?? name): DiskState => ({
    ...{ name, id, model, health: 'unread', signs: [why], wearPercent: null },
  });
  if ('code' in answer) return unread(answer);
  const told = parsed(answer.stdout);
  if (fieldOf(told, 'json_format_version') === undefined) return unread(because('disk-not-understood', {}));
  const model = textAt(told, 'model_name') ?? textAt(told, 'scsi_model_name');
  const id = textAt(told, 'serial_number') ?? serial ?? name;
  const words = messagesOf(told);
  if (answer.status < 0 || (answer.status & NOT_ASKED) !== 0)
    return unread(words ?? because('disk-not-asked', { status: answer.status }), model, id);
  if (fieldOf(told, 'smart_support', 'available') === false) return unread(because('disk-has-no-smart', {}), model, id);
  if (fieldOf(told, 'smart_support', 'enabled') === false) return unread(because('disk-smart-off', {}), model, id);
  const passed = fieldOf(told, 'smart_status', 'passed');
  const signs = [
    ...(passed === false || (answer.status & SAYS_FAILING) !== 0 ? [because('disk-says-failing', {})] : []),
    ...signsOf(told, answer.status),
  ];
  const wearPercent = wearOf(told);
  if (signs.length > 0) return { name, id, model, health: 'failing', signs, wearPercent };
  if (passed !== true) return unread(words ?? because('disk-has-no-smart', {}), model, id);
  return { name, id, model, health: 'good', signs: [], wearPercent };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Cut off, or no JSON at all: the caller says that it is not understood.
    return null;
  }
}

/** What smartctl itself says is wrong. */
function messagesOf(told: unknown): Reason | null {
  const texts = listAt(told, 'smartctl', 'messages').flatMap((each) => textAt(each, 'string') ?? []);
  // The commonest of all: what every virtual disk answers. Anything else is quoted.
  if (texts.some((text) => text.includes('Unable to detect device type'))) return because('disk-type-unknown', {});
  return texts.length === 0 ? null : because('disk-tool-says', { text: texts.slice(0, 5).join('; ') });
}

/** Signs beside the disk's own judgement, of an NVMe or an ATA disk. */
function signsOf(told: unknown, status: number): readonly Reason[] {
  const log = fieldOf(told, 'nvme_smart_health_information_log');
  const warning = numberAt(log, 'critical_warning') ?? 0;
  const errors = numberAt(log, 'media_errors') ?? 0;
  const table = listAt(told, 'ata_smart_attributes', 'table');
  const failed = table.filter((each) => fieldOf(each, 'when_failed') === 'now');
  const sectors = Math.max(
    0,
    ...table.filter((each) => UNREADABLE.includes(numberAt(each, 'id') ?? 0)).map((each) => numberAt(each, 'raw', 'value') ?? 0),
  );
  return [
    ...WARNINGS.flatMap((code, bit) => ((warning & (1 << bit)) === 0 ? [] : [because(code, {})])),
    ...(errors > 0 ? [because('disk-media-errors', { count: errors })] : []),
    ...failed.map((each) => because('disk-attribute-failed', { name: textAt(each, 'name') ?? String(numberAt(each, 'id') ?? '?') })),
    ...(failed.length === 0 && (status & ATTRIBUTE_BELOW) !== 0 ? [because('disk-attribute-below', {})] : []),
    ...(sectors > 0 ? [because('disk-unreadable-sectors', { count: sectors })] : []),
  ];
}

function wearOf(told: unknown): number | null {
  const used =
    numberAt(told, 'nvme_smart_health_information_log', 'percentage_used') ??
    numberAt(told, 'endurance_used', 'current_percent') ??
    numberAt(told, 'scsi_percentage_used_endurance_indicator');
  if (used !== null) return used;
  const left = listAt(told, 'ata_smart_attributes', 'table').flatMap((each) =>
    LIFE_LEFT.test(textAt(each, 'name') ?? '') ? (numberAt(each, 'value') ?? []) : [],
  );
  return left.length === 0 ? null : Math.max(0, 100 - Math.min(...left));
}
