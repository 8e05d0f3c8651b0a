import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { Reason } from '#messages/reason';
import type { Schemas } from '../../client/api.ts';
import { listenToPorts } from '../../client/ports-plugged.ts';
import { markOld } from '../../client/queries.ts';
import { ask, Refused } from '../../client/request.ts';
import { Button, Panel, TextField } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { useReason, useSay } from '../../texts/say.ts';
import styles from './station.module.css';

/** The lesson ends by itself after so long if it is not renewed, s: a page that is closed must not keep recorders from being taken in. */
const LEARN_SECONDS = 60;
const RENEW_MS = 20_000;
const SLOT_MAX = 9999;

interface Learnt {
  readonly port: string;
  readonly slot: number;
  /** The port that had the number, and the one it has now. */
  readonly moved: Schemas['SlotChange']['moved'];
}

/** What became of the last device that was plugged in. */
type Note =
  | { readonly kind: 'again'; readonly port: string; readonly slot: number }
  | { readonly kind: 'seen'; readonly facts: Schemas['PortSeen']['facts'] }
  | { readonly kind: 'refused'; readonly slot: number; readonly why: Reason };

const learn = (seconds: number) => ask('PUT /api/v1/slots/learning', { body: { seconds }, keepalive: seconds === 0 });

/** Leads from slot to slot: the port of whatever is plugged in next gets the number that is shown. */
export function SlotLesson({ first, onEnd }: { readonly first: number; readonly onEnd: () => void }) {
  const say = useSay();
  const client = useQueryClient();
  const [next, setNext] = useState(first);
  const [learnt, setLearnt] = useState<readonly Learnt[]>([]);
  const [note, setNote] = useState<Note | null>(null);
  const [error, setError] = useState<Error | null>(null);
  // Nothing is to be plugged in before the station watches for it.
  const [ready, setReady] = useState(false);
  const number = useRef(next);
  number.current = next;
  useEffect(() => {
    const known = new Map<string, number>();
    let queue = Promise.resolve();
    const fail = (failure: unknown) => setError(failure as Error);
    const take = async ({ port, facts }: Schemas['PortSeen']) => {
      const before = known.get(port);
      if (before !== undefined) return setNote({ kind: 'again', port, slot: before });
      const slot = number.current;
      try {
        const change = await ask('PUT /api/v1/slots/{slot}', { path: { slot }, body: { port } });
        known.set(port, slot);
        setLearnt((all) => [...all, change]);
        setNote(facts.length > 0 ? { kind: 'seen', facts } : null);
        setNext(slot + 1);
        markOld(client, ['slots']);
      } catch (failure) {
        if (failure instanceof Refused && failure.problem.code === 'request.conflict')
          setNote({ kind: 'refused', slot, why: failure.problem.reason });
        else fail(failure);
      }
    };
    const stop = listenToPorts(
      (port) => {
        // One after the other, however fast they are plugged in.
        queue = queue.then(() => take(port));
      },
      () => learn(LEARN_SECONDS).then(() => setReady(true), fail),
    );
    const renewing = setInterval(() => learn(LEARN_SECONDS).catch(fail), RENEW_MS);
    return () => {
      clearInterval(renewing);
      stop();
      // A station that is not reached ends the lesson by itself.
      learn(0).catch(() => undefined);
    };
  }, [client]);
  return (
    <Panel title={say('slots-page.learn')}>
      <div className={styles.lesson}>
        <p role="status" className={styles.lessonNext}>
          {ready ? say('slots.learn.plug', { slot: next }) : say('list.loading')}
        </p>
        <p className={styles.muted}>{say('slots-page.learn.about')}</p>
        <p role="status">{note ? <NoteText note={note} /> : null}</p>
        {error ? <ProblemNote error={error} /> : null}
        <TextField
          label={say('slots-page.learn.next')}
          type="number"
          min={1}
          max={SLOT_MAX}
          value={String(next)}
          onChange={(event) => {
            const wanted = Number(event.target.value);
            if (Number.isInteger(wanted) && wanted >= 1 && wanted <= SLOT_MAX) setNext(wanted);
          }}
        />
        {learnt.length > 0 ? (
          <ul>
            {learnt.map(({ port, slot, moved }) => (
              <li key={port} className={styles.row}>
                <span className={styles.grow}>
                  {say('slots.assigned', { port, slot })}
                  {moved ? <p className={styles.muted}>{say('slots.moved', { port: moved.port, slot: moved.slot })}</p> : null}
                </span>
              </li>
            ))}
          </ul>
        ) : null}
        <div className={styles.actions}>
          <Button look="primary" onClick={onEnd}>
            {say('slots-page.learn.end')}
          </Button>
        </div>
      </div>
    </Panel>
  );
}

function NoteText({ note }: { readonly note: Note }) {
  const say = useSay();
  const { reason } = useReason();
  if (note.kind === 'again') return <>{say('slots.learn.again', { port: note.port, slot: note.slot })}</>;
  if (note.kind === 'seen') return <>{say('slots.learn.seen', { facts: note.facts.map(reason).join('；') })}</>;
  return <>{say('slots.learn.refused', { slot: note.slot, detail: reason(note.why) })}</>;
}
