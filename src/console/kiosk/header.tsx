/** @jsxImportSource preact */
import { useState } from 'preact/hooks';
import { Clock } from './clock.tsx';
import styles from './header.module.css';
import { muted, setMuted } from './sound.ts';
import type { Station } from './station.ts';
import { language, setLanguage, useSay, useStore } from './texts.ts';
import { isDark, setDark } from './theme.ts';

/** Name of the screen, the clock of the station, and what changes the screen itself. */
export function Header({ station, onCheckIn }: { readonly station: Station; readonly onCheckIn: () => void }) {
  const say = useSay();
  const kiosk = useStore(station.kiosk);
  const isLive = useStore(station.standing) === 'live';
  return (
    <header class={styles.header}>
      <div class={styles.names}>
        <h1>{say('kiosk.title')}</h1>
        {kiosk && <p>{kiosk.name}</p>}
      </div>
      <Counts station={station} />
      <div class={styles.tools}>
        <Switches />
      </div>
      <button type="button" class={styles.checkIn} onClick={onCheckIn} disabled={!isLive}>
        {say('kiosk.check-in')}
        <small>{say('kiosk.check-in.hint')}</small>
      </button>
      <Clock station={station} />
    </header>
  );
}

/** What is so in all slots together, for whoever looks from afar. */
function Counts({ station }: { readonly station: Station }) {
  const say = useSay();
  const slots = useStore(station.slots);
  if (useStore(station.standing) !== 'live') return <div class={styles.counts} />;
  const count = (...phases: readonly string[]) => slots.filter(({ phase }) => phases.includes(phase)).length;
  const [safe, bad] = [count('safe'), count('problem', 'unknown')];
  const busy = count('preparing', 'arrived', 'listing', 'copying', 'rechecking', 'setting-clock', 'wiping');
  return (
    <ul class={styles.counts}>
      {bad > 0 && <li data-tone="bad">{say('kiosk.bad-count', { count: bad })}</li>}
      {safe > 0 && <li data-tone="safe">{say('kiosk.safe-count', { count: safe })}</li>}
      {busy > 0 && <li data-tone="busy">{say('kiosk.busy-count', { count: busy })}</li>}
    </ul>
  );
}

export function Switches() {
  const say = useSay();
  const of = useStore(language);
  const isMuted = useStore(muted);
  const [dark, setIsDark] = useState(isDark);
  return (
    <>
      <button
        type="button"
        onClick={() => setMuted(!isMuted)}
        aria-pressed={isMuted}
        title={say(isMuted ? 'kiosk.sound.on' : 'kiosk.sound.off')}
      >
        <Speaker muted={isMuted} />
        {say(isMuted ? 'kiosk.mute' : 'kiosk.sound')}
      </button>
      <button type="button" onClick={() => setLanguage(of === 'en' ? 'zh-CN' : 'en')} lang={of === 'en' ? 'zh-CN' : 'en'}>
        {say('kiosk.language')}
      </button>
      <button
        type="button"
        title={say('kiosk.theme')}
        onClick={() => {
          setDark(!dark);
          setIsDark(!dark);
        }}
      >
        {say(dark ? 'kiosk.light' : 'kiosk.dark')}
      </button>
    </>
  );
}

function Speaker({ muted: isMuted }: { readonly muted: boolean }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d="M4 9.5v5h3.5L12 19V5L7.5 9.5H4Z" fill="currentColor" />
      <path
        d={isMuted ? 'm16 9.5 5 5m0-5-5 5' : 'M15.5 9a4 4 0 0 1 0 6m2.5-8.5a7.5 7.5 0 0 1 0 11'}
        fill="none"
        stroke="currentColor"
        stroke-width="2"
        stroke-linecap="round"
      />
    </svg>
  );
}
