import type { Say } from './texts.ts';

/** How a tile looks. Each tone has a symbol and words of its own, so that nobody has to tell colours apart. */
type Tone = 'idle' | 'busy' | 'wait' | 'safe' | 'bad' | 'odd' | 'unknown';
export type SymbolName = 'free' | 'search' | 'copy' | 'wait' | 'clock' | 'safe' | 'bad' | 'unknown' | 'pulled';

/** What a tile says. */
export interface Shown {
  readonly tone: Tone;
  readonly symbol: SymbolName;
  /** Read from across the room. */
  readonly head: string;
  /** What to do with the recorder now; null: nothing. */
  readonly todo: string | null;
  /** Figures and reasons, the most important first. */
  readonly lines: readonly string[];
  /** Of an error, to be told to whoever is asked for help. */
  readonly code: string | null;
  /** 0 to 1; null: no bar. */
  readonly part: number | null;
}

/** Of a slot as the station tells it. */
export interface SlotFacts {
  readonly phase: string;
  readonly waiting: 'disk' | 'turn' | null;
  readonly warning: string | null;
  readonly battery: { readonly percent: number; readonly percentMin: number; readonly low: boolean } | null;
  readonly problem: string | null;
  readonly filesListed: number;
  readonly filesSealed: number;
  readonly filesRefused: number;
  readonly bytesListed: number;
  readonly bytesCopied: number;
  readonly bytesPerSecond: number;
  readonly secondsLeft: number | null;
}

/** Words of an error code: what it is, and what to do. */
export type ErrorWords = (code: string) => { readonly what: string; readonly remedy: string };

const NOTHING = { todo: null, lines: [], code: null, part: null } as const;
const DISK_FULL: readonly string[] = ['vault.full'];

/** What the officer at the slot is told. `isLive` false: the station is not heard, and whatever was known is worth nothing. */
export function shownOf(slot: SlotFacts, say: Say, words: ErrorWords, isLive: boolean): Shown {
  if (!isLive) return { ...NOTHING, tone: 'unknown', symbol: 'unknown', head: say('kiosk.unknown-state') };
  const stays = { tone: 'busy', todo: say('kiosk.stay') } as const;
  switch (slot.phase) {
    case 'empty':
      return { ...NOTHING, tone: 'idle', symbol: 'free', head: say('kiosk.empty'), todo: say('kiosk.empty.do') };
    case 'preparing':
    case 'arrived':
      return { ...NOTHING, ...stays, symbol: 'search', head: say('kiosk.recognising') };
    case 'listing':
      return { ...NOTHING, ...stays, symbol: 'search', head: say('kiosk.recognising'), lines: [say('kiosk.listing')] };
    case 'copying':
      return copying(slot, say);
    case 'rechecking':
      return { ...NOTHING, ...stays, symbol: 'search', head: say('kiosk.rechecking') };
    case 'setting-clock':
      return { ...NOTHING, ...stays, symbol: 'clock', head: say('kiosk.clock-setting') };
    case 'wiping':
      return { ...NOTHING, ...stays, symbol: 'copy', head: say('kiosk.wiping') };
    case 'safe':
      return safe(slot, say, words);
    case 'unknown':
      return { ...trouble(slot, words), tone: 'odd', symbol: 'unknown', head: say('kiosk.not-recorder'), todo: say('kiosk.not-taken') };
    case 'problem':
      return problem(slot, say, words);
    case 'removed':
      if (slot.problem === null)
        return { ...NOTHING, tone: 'idle', symbol: 'free', head: say('kiosk.taken'), todo: say('kiosk.taken.about') };
      return { ...NOTHING, tone: 'odd', symbol: 'pulled', head: say('kiosk.pulled'), todo: say('kiosk.pulled.do'), code: slot.problem };
    default:
      // A newer station knows more than this page, which is loaded again soon.
      return { ...NOTHING, tone: 'unknown', symbol: 'unknown', head: say('kiosk.unknown-state'), todo: say('kiosk.stay') };
  }
}

function copying(slot: SlotFacts, say: Say): Shown {
  const { waiting, bytesListed, bytesCopied, bytesPerSecond, secondsLeft, filesSealed, filesListed } = slot;
  const part = bytesListed > 0 ? Math.min(1, bytesCopied / bytesListed) : 0;
  const files = say('kiosk.files', { sealed: filesSealed, files: filesListed });
  const stay = say('kiosk.stay');
  if (waiting === 'turn')
    return {
      ...NOTHING,
      tone: 'wait',
      symbol: 'wait',
      head: say('kiosk.waiting-turn'),
      todo: stay,
      lines: [say('kiosk.waiting-turn.about'), files],
      part,
    };
  const rate = [bytesPerSecond > 0 ? say('kiosk.rate', { rate: rateText(bytesPerSecond) }) : '', minutesText(secondsLeft, say)].filter(
    (text) => text !== '',
  );
  const lines = [waiting === 'disk' ? say('kiosk.waiting-disk') : rate.join(' · '), files].filter((text) => text !== '');
  // The last percent is there when the last byte is.
  return {
    ...NOTHING,
    tone: 'busy',
    symbol: 'copy',
    head: say('kiosk.copying', { percent: Math.floor(part * 100) }),
    todo: stay,
    lines,
    part,
  };
}

function safe(slot: SlotFacts, say: Say, words: ErrorWords): Shown {
  const { filesSealed, filesRefused, warning, battery } = slot;
  const lines = [
    filesSealed === 0 ? say('kiosk.safe.none') : say('kiosk.safe.files', { files: filesSealed }),
    ...(battery === null
      ? []
      : [say(battery.low ? 'kiosk.safe.charge' : 'kiosk.safe.battery', { percent: battery.percent, least: battery.percentMin })]),
    ...(warning === null ? [] : [words(warning).what]),
    ...(filesRefused > 0 ? [say('kiosk.safe.refused', { files: filesRefused })] : []),
  ];
  return { ...NOTHING, tone: 'safe', symbol: 'safe', head: say('kiosk.safe'), lines, code: warning };
}

function problem(slot: SlotFacts, say: Say, words: ErrorWords): Shown {
  if (slot.problem !== null && DISK_FULL.includes(slot.problem))
    return {
      ...NOTHING,
      ...{
        tone: 'bad',
        symbol: 'wait',
        head: say('kiosk.disk-full'),
        todo: say('kiosk.stay'),
        lines: [say('kiosk.disk-full.do')],
        code: slot.problem,
      },
    };
  return { ...trouble(slot, words), tone: 'bad', symbol: 'bad', head: say('kiosk.problem') };
}

function trouble({ problem: code }: SlotFacts, words: ErrorWords): Pick<Shown, 'todo' | 'lines' | 'code' | 'part'> {
  if (code === null) return NOTHING;
  const { what, remedy } = words(code);
  return { todo: what, lines: remedy === '' ? [] : [remedy], code, part: null };
}

const MB = 1_000_000;

/** `31`, `0.4`: megabytes, as makers of cards and disks count them. */
function rateText(bytesPerSecond: number): string {
  const rate = bytesPerSecond / MB;
  return rate >= 10 ? String(Math.round(rate)) : rate.toFixed(1);
}

function minutesText(secondsLeft: number | null, say: Say): string {
  if (secondsLeft === null) return '';
  return secondsLeft < 60 ? say('kiosk.under-minute') : say('kiosk.minutes', { minutes: Math.ceil(secondsLeft / 60) });
}
