import { type Command, InvalidArgumentError } from 'commander';
import type { SlotChangeAnswer } from '#api/slots';
import { isPort } from '#domain/docking';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { reasonText } from '#messages/reason';
import type { PortSeen } from '#ports/slot-learning';
import { ask, askStream, ReplyError, type StationClient } from './client.ts';
import { type Shell, wholeNumber } from './command.ts';
import { serverEvents } from './server-events.ts';
import { printable } from './table.ts';

/** The numbering ends by itself after so long if it is not renewed, s: a terminal that is closed must not keep recorders from being taken in. */
const LEARN_SECONDS = 60;
const RENEW_MS = 20_000;

export function addSlotsLearn(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'learn', say('slots.learn.about'), 'slots learn --from 1 --count 16')
    .option('--from <slot>', say('slots.learn.opt.from'), wholeNumber(1, 9999), 1)
    .option('--count <n>', say('slots.learn.opt.count'), wholeNumber(1, 9999))
    .action(async ({ from, count }: { from: number; count?: number }, command: Command) => {
      const globals = shell.globals(command);
      await shell.withStation(globals, async (client) => {
        const learned = await new Lesson(shell, client, globals.json).run(from, count ?? null);
        if (globals.json) shell.printJson(learned);
        else shell.done(say('slots.learn.done', { count: learned.length }));
      });
    });
}

export function addSlotsAssign(group: Command, shell: Shell): void {
  const { say } = shell;
  const command = shell.add(group, 'assign <port> <slot>', say('slots.assign.about'), 'slots assign 1-4.2 3');
  command.registeredArguments[0]?.argParser(portName);
  command.registeredArguments[1]?.argParser(wholeNumber(1, 9999));
  command.action(async (port: string, slot: number, _options: unknown, command: Command) => {
    const globals = shell.globals(command);
    const change = await shell.withStation(globals, (client) => assign(client, port, slot));
    if (globals.json) shell.printJson(change);
    else tell(shell, change);
  });
}

/** Checks the name of a port as the station does, so that the error names the wrong argument. */
function portName(text: string): string {
  if (!isPort(text)) throw new InvalidArgumentError('1-4.2, /srv/drop/card-1');
  return text;
}

function assign(client: StationClient, port: string, slot: number): Promise<SlotChangeAnswer> {
  return ask<SlotChangeAnswer>(client, 'PUT', `/slots/${slot}`, { body: { port } });
}

function tell(shell: Shell, { port, slot, moved }: SlotChangeAnswer): void {
  shell.print(shell.say('slots.assigned', { port: printable(port), slot }));
  if (moved) shell.print(shell.say('slots.moved', { port: printable(moved.port), slot: moved.slot }));
}

/** Leads a person from slot to slot. The device that is plugged in next tells the port of the slot. */
class Lesson {
  readonly #shell: Shell;
  readonly #client: StationClient;
  readonly #json: boolean;
  readonly #learned: SlotChangeAnswer[] = [];

  constructor(shell: Shell, client: StationClient, json: boolean) {
    this.#shell = shell;
    this.#client = client;
    this.#json = json;
  }

  async run(from: number, count: number | null): Promise<readonly SlotChangeAnswer[]> {
    if (this.#client.kind !== 'running') throw new EvidockError('station.not-running', because('command', { command: 'slots learn' }));
    const { body } = await askStream(this.#client, 'GET', '/events');
    await this.#learning(LEARN_SECONDS);
    const renewing = setInterval(() => {
      // A station that is gone ends the stream, and this lesson ends with it.
      this.#learning(LEARN_SECONDS).catch(() => undefined);
    }, RENEW_MS);
    try {
      let next = from;
      this.#prompt(next);
      for await (const { event, data } of serverEvents(body, this.#shell.context.interrupted())) {
        if (event !== 'port') continue;
        if (!(await this.#seen(data as PortSeen, next))) continue;
        next += 1;
        if (count !== null && this.#learned.length >= count) break;
        this.#prompt(next);
      }
      return this.#learned;
    } finally {
      clearInterval(renewing);
      // If the station is gone, the numbering ends by itself.
      await this.#learning(0).catch(() => undefined);
    }
  }

  #learning(seconds: number): Promise<unknown> {
    return ask(this.#client, 'PUT', '/slots/learning', { body: { seconds } });
  }

  #prompt(slot: number): void {
    this.#shell.note(this.#shell.say('slots.learn.plug', { slot }));
  }

  /** Handles a device that was plugged in. Returns true if its port has become slot `slot`. */
  async #seen({ port, facts }: PortSeen, slot: number): Promise<boolean> {
    const { say } = this.#shell;
    const known = this.#learned.find((change) => change.port === port);
    if (known) {
      this.#shell.note(say('slots.learn.again', { port: printable(port), slot: known.slot }));
      return false;
    }
    try {
      const change = await assign(this.#client, port, slot);
      this.#learned.push(change);
      if (facts.length > 0)
        this.#shell.note(
          say('slots.learn.seen', { facts: printable(facts.map((fact) => reasonText(this.#shell.language, fact)).join('; ')) }),
        );
      if (!this.#json) tell(this.#shell, change);
      return true;
    } catch (error) {
      if (!(error instanceof ReplyError) || error.code !== 'request.conflict') throw error;
      this.#shell.note(say('slots.learn.refused', { slot, detail: printable(reasonText(this.#shell.language, error.reason)) }));
      return false;
    }
  }
}
