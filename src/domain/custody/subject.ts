/** What an entry of the custody log can be about. */
export const SUBJECT_KINDS = [
  'recording',
  'original',
  'docking',
  'recorder',
  'officer',
  'case',
  'document',
  'user',
  /** A unit 单位 of the agency. */
  'unit',
  'station',
  /** The clock of the station. */
  'clock',
  /** A USB port by the kernel's name, or the path of a watched directory. */
  'port',
  'policy',
  /** Another host that may take work of this station. */
  'worker',
  /** A request for call-up, and what it gave. */
  'request',
  'grant',
  /** The way in of a program. */
  'token',
  /** A paired screen at the slots. */
  'kiosk',
  /** A random sample of looks. */
  'sample',
  /** A legal hold 法律保全. */
  'hold',
  /** A list of recordings that are to be disposed of. */
  'disposal',
  /** A version of the schedule that says how long recordings are kept. */
  'schedule',
  /** What somebody has to see to. */
  'duty',
] as const;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];

export interface Subject<K extends SubjectKind = SubjectKind> {
  readonly kind: K;
  readonly id: string;
}

export function subject<K extends SubjectKind>(kind: K, id: string): Subject<K> {
  return { kind, id };
}

/** The one printed form, such as `case:LY-2026-0012`. The kind keeps an officer and a case with the same number apart. */
export function subjectText({ kind, id }: Subject): string {
  return `${kind}:${id}`;
}

/** Reads the printed form; null if the text names no kind of subject. */
export function parseSubject(text: string): Subject | null {
  const at = text.indexOf(':');
  const kind = SUBJECT_KINDS.find((each) => each === text.slice(0, at));
  return kind === undefined || at === text.length - 1 ? null : { kind, id: text.slice(at + 1) };
}
