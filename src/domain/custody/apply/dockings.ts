import {
  DockingArrived,
  DockingInterrupted,
  DockingRemoved,
  DockingSafe,
  DockingUnsafe,
  FileRefused,
  SlotsChanged,
} from '#domain/custody/docking-entries';
import { add, remove, set } from './rows.ts';
import { rule } from './rule.ts';
import { toldReason } from './told-reason.ts';

export const DOCKING_RULES = [
  rule(DockingArrived, ({ subject: { id }, atMs, data, lists }) => {
    const { recorder, driver, newRecorder, firstSeenAtMs } = data;
    const seen = { driver_id: driver, first_seen_at: firstSeenAtMs, last_seen_at: atMs };
    return [
      add('dockings', {
        ...{ id, slot: data.slot, port: data.port, recorder_serial: recorder, vendor_id: data.vendorId, product_id: data.productId },
        ...{
          told_serial: data.toldSerial,
          driver_id: driver,
          driver_score: data.score,
          driver_why: lists.why?.map((each) => toldReason(each) ?? null),
        },
        ...{
          clock_offset_ms: data.clockOffsetMs,
          battery_percent: data.batteryPercent ?? null,
          state: 'reading',
          arrived_at: atMs,
          safe_at: null,
          removed_at: null,
        },
      }),
      newRecorder
        ? add('recorders', { serial: recorder, model: null, assigned_officer_id: null, ...seen })
        : set('recorders', { serial: recorder }, seen),
    ];
  }),
  rule(DockingSafe, ({ subject: { id }, atMs }) => [set('dockings', { id }, { state: 'safe', safe_at: atMs })]),
  rule(DockingUnsafe, ({ subject: { id } }) => [set('dockings', { id }, { state: 'reading', safe_at: null })]),
  rule(DockingRemoved, ({ subject: { id }, atMs }) => [set('dockings', { id }, { state: 'removed', removed_at: atMs })]),
  rule(DockingInterrupted, ({ subject: { id } }) => [set('dockings', { id }, { state: 'interrupted' })]),
  rule(FileRefused, ({ subject: { id }, atMs, data: { code }, personal: { cardPath, detail } }) => [
    add('refusals', { docking_id: id, card_path: cardPath, code, detail: toldReason(detail), at: atMs }),
  ]),
  rule(SlotsChanged, ({ data: { port, slot, moved } }) => [
    ...[port, ...(moved ? [moved.port] : [])].map((each) => remove('slots', { port: each })),
    add('slots', { port, slot }),
    ...(moved ? [add('slots', { ...moved })] : []),
  ]),
];
