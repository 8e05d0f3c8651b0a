/** @jsxImportSource preact */
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import styles from './app.module.css';
import { listenToBadges } from './badge-reader.ts';
import { CheckIn, type Wish } from './check-in.tsx';
import { Header } from './header.tsx';
import { followBuilds } from './new-build.ts';
import { Pairing } from './pairing.tsx';
import { SlotSheet } from './slot-sheet.tsx';
import { play, soundOf } from './sound.ts';
import { Station } from './station.ts';
import { useStore } from './texts.ts';
import { Tiles } from './tiles.tsx';
import { Visit } from './visit.tsx';
import type { Visitor } from './visitor.ts';

/** What is open over the tiles. */
type Open =
  | { readonly what: 'slot'; readonly slot: number }
  /** `badge`: it was read already, and is to be shown to the station. */
  | { readonly what: 'check-in'; readonly wish: Wish; readonly badge: { readonly number: string } | null }
  | { readonly what: 'visit'; readonly visitor: Visitor; readonly done: string | null };

/** So long a word of what was done stands over the tiles. */
const TOLD_MS = 6000;

export function App() {
  const [open, setOpen] = useState<Open | null>(null);
  const [told, setTold] = useState<string | null>(null);
  const isIdle = useRef(true);
  isIdle.current = open === null;
  const station = useMemo(() => {
    const lookForBuild = followBuilds(() => isIdle.current);
    const onChange: ConstructorParameters<typeof Station>[0]['onChange'] = (before, after) => {
      const sound = soundOf(before, after);
      if (sound !== null) void play(sound);
    };
    return new Station({ onChange, onBack: lookForBuild });
  }, []);
  useEffect(() => station.start(), [station]);
  const standing = useStore(station.standing);
  const checkIn = useCallback((wish: Wish) => setOpen({ what: 'check-in', wish, badge: null }), []);
  const openSlot = useCallback((slot: number) => setOpen({ what: 'slot', slot }), []);
  const close = useCallback(() => setOpen(null), []);
  useEffect(
    () =>
      listenToBadges((number) => {
        if (station.standing.value !== 'live') return;
        // Whoever is asked for a badge for something shows it for that; else they come.
        setOpen((known) => ({ what: 'check-in', wish: known?.what === 'check-in' ? known.wish : { for: 'visit' }, badge: { number } }));
      }),
    [station],
  );
  useEffect(() => {
    if (told === null) return undefined;
    const timer = setTimeout(() => setTold(null), TOLD_MS);
    return () => clearTimeout(timer);
  }, [told]);
  // Nothing of an officer stays on a screen that has lost the station.
  useEffect(() => {
    if (standing === 'lost' || standing === 'unpaired') setOpen(null);
  }, [standing]);
  if (standing === 'unpaired') return <Pairing onPaired={() => station.paired()} />;
  return (
    <div class={styles.app}>
      <Header station={station} onCheckIn={() => checkIn({ for: 'visit' })} />
      <main class={styles.main}>
        <Tiles station={station} onOpen={openSlot} />
      </main>
      {told !== null && (
        <p class={styles.told} role="status">
          {told}
        </p>
      )}
      {open?.what === 'slot' && <SlotSheet station={station} slot={open.slot} onClose={close} onWish={checkIn} />}
      {open?.what === 'check-in' && (
        <CheckIn
          wish={open.wish}
          badge={open.badge}
          onClose={close}
          onVisit={(visitor, done) => setOpen({ what: 'visit', visitor, done })}
          onDone={(text) => {
            setTold(text);
            close();
          }}
        />
      )}
      {open?.what === 'visit' && (
        <Visit key={open.visitor.untilMs} station={station} visitor={open.visitor} done={open.done} onLeave={close} />
      )}
    </div>
  );
}
