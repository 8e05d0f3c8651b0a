/** @jsxImportSource preact */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { errorWords } from '#messages/error-words';
import { ask, Refused } from '../client/request.ts';
import { OwnDockings } from './own-dockings.tsx';
import type { Station } from './station.ts';
import { TagPanel } from './tag-panel.tsx';
import { language, useSay, useStore } from './texts.ts';
import styles from './visit.module.css';
import { failureText, leave, type OwnDocking, type OwnRecording, type Visitor } from './visitor.ts';

/** Nobody touches the screen for so long: the officer has gone. */
const IDLE_S = 60;
const LOOKED_AGAIN_MS = 5000;
const RECORDINGS_MAX = 500;
const DOCKINGS_MAX = 5;

interface VisitProps {
  readonly station: Station;
  readonly visitor: Visitor;
  /** What was done when they came; null: nothing but that. */
  readonly done: string | null;
  readonly onLeave: () => void;
}

/** What an officer sees of their own: how their dockings stand, and what they brought, to be tagged. It ends by itself. */
export function Visit({ station, visitor, done, onLeave }: VisitProps) {
  const say = useSay();
  const of = useStore(language);
  const [dockings, setDockings] = useState<readonly OwnDocking[]>([]);
  const [recordings, setRecordings] = useState<readonly OwnRecording[] | null>(null);
  const [told, setTold] = useState(done);
  const [failure, setFailure] = useState<string | null>(null);
  const slots = useStore(station.slots);
  const end = useCallback(() => {
    void leave();
    onLeave();
  }, [onLeave]);
  const seconds = useCountdown(visitor.untilMs, end);
  const fail = useCallback(
    (error: unknown) => {
      if (error instanceof Refused && error.problem.code === 'request.signed-out') return end();
      setFailure(failureText(error, say, (code) => errorWords(of, code)));
    },
    [end, of, say],
  );
  const load = useCallback(async () => {
    try {
      const [own, brought] = await Promise.all([
        ask('GET /api/v1/kiosks/visit/dockings', { query: { limit: DOCKINGS_MAX } }),
        ask('GET /api/v1/kiosks/visit/recordings', { query: { limit: RECORDINGS_MAX } }),
      ]);
      setDockings(own.items);
      setRecordings(brought.items);
    } catch (error) {
      fail(error);
    }
  }, [fail]);
  // How far a slot is changes several times a second; what the officer sees of it changes with its phase.
  const phases = slots.map(({ slot, phase, officerId }) => `${slot} ${phase} ${officerId}`).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is asked again when a slot has another phase
  useEffect(() => void load(), [load, phases]);
  // Cases are suggested a while after a recording was sealed.
  useEffect(() => {
    const timer = setInterval(() => void load(), LOOKED_AGAIN_MS);
    return () => clearInterval(timer);
  }, [load]);
  const act = async (deed: () => Promise<string | null>) => {
    setFailure(null);
    setTold(null);
    try {
      setTold(await deed());
    } catch (error) {
      fail(error);
    }
    await load();
  };
  return (
    <main class={styles.visit}>
      <header class={styles.head}>
        <div>
          <h1>{visitor.name}</h1>
          <p>{say('kiosk.officer', { officer: visitor.officer })}</p>
        </div>
        <p class={styles.told} role="status" data-failed={failure !== null}>
          {failure ?? told}
        </p>
        <p class={styles.ends} data-soon={seconds <= 15}>
          {say('kiosk.visit.ends', { seconds })}
        </p>
        <button type="button" class={styles.leave} onClick={end}>
          {say('kiosk.visit.leave')}
        </button>
      </header>
      <OwnDockings
        dockings={dockings}
        slots={slots}
        onConfirm={(id) =>
          act(async () => {
            await ask('POST /api/v1/kiosks/visit/dockings/{id}/confirmation', { path: { id } });
            return null;
          })
        }
        onClaim={(id, slot) =>
          act(async () => {
            await ask('POST /api/v1/kiosks/visit/dockings/{id}/officer', { path: { id } });
            return say('kiosk.done.claimed', { slot });
          })
        }
        onFirst={(id, slot) =>
          act(async () => {
            await ask('POST /api/v1/kiosks/visit/dockings/{id}/first', { path: { id } });
            return say('kiosk.done.first', { slot });
          })
        }
      />
      {recordings !== null && (
        <TagPanel
          recordings={recordings}
          onTag={(body) =>
            act(async () => {
              const { changed } = await ask('POST /api/v1/kiosks/visit/recordings/tags', { body });
              return changed === 0 ? say('kiosk.done.unchanged') : say('kiosk.done.tagged', { count: changed });
            })
          }
        />
      )}
    </main>
  );
}

/** Seconds until the visit ends: by the station's own time, or because nobody touches the screen. */
function useCountdown(untilMs: number, onEnd: () => void): number {
  const touchedMs = useRef(performance.now());
  const left = useCallback(() => Math.ceil((Math.min(untilMs, touchedMs.current + IDLE_S * 1000) - performance.now()) / 1000), [untilMs]);
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    const touched = () => {
      touchedMs.current = performance.now();
    };
    const timer = setInterval(() => {
      const now = left();
      setSeconds(Math.max(0, now));
      if (now <= 0) onEnd();
    }, 250);
    for (const name of ['pointerdown', 'keydown'] as const) window.addEventListener(name, touched);
    return () => {
      clearInterval(timer);
      for (const name of ['pointerdown', 'keydown'] as const) window.removeEventListener(name, touched);
    };
  }, [left, onEnd]);
  return seconds;
}
