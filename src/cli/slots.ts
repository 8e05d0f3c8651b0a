import { type Command, InvalidArgumentError } from 'commander';
import type { HubAnswer, SlotAnswer } from '#api/slots';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { bytesText } from '#messages/figures';
import { reasonText } from '#messages/reason';
import { askAll, askStream, type StationClient } from './client.ts';
import type { Shell } from './command.ts';
import { serverEvents } from './server-events.ts';
import { addSlotsAssign, addSlotsLearn } from './slots-learn.ts';
import { durationText, jsonText, printable } from './table.ts';
import { failureWords, recheckWords, word } from './words.ts';

const SLOT_MAX = 9999;

interface Options {
  /** A slot number; true if the option is given without one. */
  readonly explain?: number | true;
  readonly watch?: boolean;
}

export function addSlots(program: Command, shell: Shell): void {
  const { say } = shell;
  const group = shell.groupWithDefault(program, 'slots', say('slots.about'), 'slots --explain 3');
  shell
    .add(group, 'list', say('slots.list.about'), 'slots --explain 3', { isDefault: true })
    .option('-e, --explain [slot]', say('slots.opt.explain'), slotNumber)
    .option('-w, --watch', say('slots.opt.watch'))
    .action(async ({ explain, watch }: Options, command: Command) => {
      const globals = shell.globals(command);
      await shell.withStation(globals, async (client) => {
        if (watch) await watchSlots(shell, client, globals.json);
        else if (explain === undefined) await listSlots(shell, client, globals.json);
        else await explainSlots(shell, client, explain === true ? null : explain, globals.json);
      });
    });
  addSlotsLearn(group, shell);
  addSlotsAssign(group, shell);
}

function slotNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > SLOT_MAX) throw new InvalidArgumentError(`1–${SLOT_MAX}`);
  return value;
}

async function listSlots(shell: Shell, client: StationClient, json: boolean): Promise<void> {
  const { say } = shell;
  const slots = await askAll<SlotAnswer>(client, '/slots');
  if (json) return shell.printJson(slots);
  if (slots.length === 0) return shell.note(say('slots.none'));
  shell.table(
    [
      { title: say('column.slot'), right: true },
      { title: say('column.phase') },
      { title: say('column.recorder'), widthMax: 24 },
      { title: say('column.officer'), widthMax: 16 },
      { title: say('column.files'), right: true },
      { title: say('column.copied'), right: true },
      { title: say('column.left'), right: true },
      { title: say('column.rate'), right: true },
      { title: say('column.problem') },
    ],
    slots.map((slot) => [
      String(slot.slot),
      word(say, 'phase', slot.phase),
      slot.recorderSerial ?? '',
      slot.officerId ?? '',
      slot.dockingId === null ? '' : `${slot.filesSealed}/${slot.filesListed}`,
      slot.dockingId === null ? '' : `${bytesText(slot.bytesCopied)} / ${bytesText(slot.bytesListed)}`,
      slot.secondsLeft ? durationText(slot.secondsLeft * 1000) : '',
      slot.bytesPerSecond > 0 ? `${bytesText(slot.bytesPerSecond)}/s` : '',
      remarks(shell, slot).join('; '),
    ]),
  );
  for (const { hub, recorders, bytesPerSecond, slots: numbers } of await askAll<HubAnswer>(client, '/hubs')) {
    shell.print(say('slots.hub', { hub, recorders, rate: bytesText(bytesPerSecond), slots: numbers.join(', ') }));
  }
}

/** What a person should know of a slot beside its figures. */
function remarks({ say, language }: Shell, slot: SlotAnswer): readonly string[] {
  const { waiting, warning, problem, filesRefused } = slot;
  const refused = filesRefused > 0 ? [say('slots.refused', { files: filesRefused })] : [];
  const waits = waiting === null ? [] : [say(waiting === 'disk' ? 'slots.waiting.disk' : 'slots.waiting.turn')];
  const told = [problem, warning].filter((each) => each !== null);
  return [
    ...told.map(({ code, reason }) => `${failureWords(language, code)}: ${printable(reasonText(language, reason))}`),
    ...refused,
    ...waits,
    ...recheckWords(say, slot),
  ];
}

async function explainSlots(shell: Shell, client: StationClient, number: number | null, json: boolean): Promise<void> {
  const { say } = shell;
  const slots = (await askAll<SlotAnswer>(client, '/slots')).filter(({ slot }) => number === null || slot === number);
  if (slots.length === 0 && number !== null) throw new EvidockError('request.not-found', because('no-slot', { slot: number }));
  if (json) return shell.printJson(slots.map(({ slot, port, phase, driverId, explain }) => ({ slot, port, phase, driverId, explain })));
  if (slots.length === 0) return shell.note(say('slots.none'));
  for (const slot of slots) {
    shell.print(say('slots.explain', { slot: slot.slot, port: printable(slot.port), phase: word(say, 'phase', slot.phase) }));
    for (const line of [...slot.explain.map((each) => reasonText(shell.language, each)), ...remarks(shell, slot)])
      shell.print(`  ${printable(line)}`);
    if (slot.explain.length === 0) shell.print(`  ${say('slots.explain.nothing')}`);
  }
}

/** Follows the slots until Ctrl-C and prints a line for each change. */
async function watchSlots(shell: Shell, client: StationClient, json: boolean): Promise<void> {
  if (client.kind !== 'running') throw new EvidockError('station.not-running', because('command', { command: 'slots --watch' }));
  const last = new Map<number, string>();
  const { body } = await askStream(client, 'GET', '/events');
  for await (const { event, data } of serverEvents(body, shell.context.interrupted())) {
    if (json) {
      shell.print(jsonText({ event, data }));
      continue;
    }
    const slots = event === 'slots' ? (data as SlotAnswer[]) : event === 'slot' ? [data as SlotAnswer] : [];
    for (const slot of slots) {
      const line = lineOf(shell, slot);
      if (last.get(slot.slot) === line) continue;
      last.set(slot.slot, line);
      shell.print(line);
    }
  }
}

function lineOf(shell: Shell, slot: SlotAnswer): string {
  const { say } = shell;
  const figures = slot.phase === 'copying' || slot.phase === 'listing' || slot.phase === 'problem';
  const copying = say('slots.watch.figures', {
    sealed: slot.filesSealed,
    files: slot.filesListed,
    copied: bytesText(slot.bytesCopied),
    bytes: bytesText(slot.bytesListed),
    rate: bytesText(slot.bytesPerSecond),
    left: slot.secondsLeft ? durationText(slot.secondsLeft * 1000) : '…',
  });
  const parts = [
    word(say, 'phase', slot.phase),
    ...(slot.recorderSerial === null ? [] : [printable(slot.recorderSerial)]),
    ...(figures && slot.dockingId !== null ? [copying] : []),
    ...remarks(shell, slot),
  ];
  return say('slots.watch.line', { slot: slot.slot, what: parts.join('; ') });
}
