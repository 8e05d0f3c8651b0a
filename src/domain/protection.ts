/**
 * Levels of confidentiality (密级), lowest first. 保守国家秘密法 (2024) art. 14 has three for state secrets: 秘密, 机密, 绝密. What is not to be known outside, and is no
 * state secret, is a work secret (工作秘密, art. 64), which agencies mark 内部.
 */
export const CONFIDENTIALITY = ['public', 'internal', 'secret', 'highly-secret', 'top-secret'] as const;
export type Confidentiality = (typeof CONFIDENTIALITY)[number];

/** Whose interests a recording touches, and what says that they are protected. */
const PRIVACY = {
  /** 个人隐私 */
  'personal-privacy': '行政处罚法 (2021) art. 50; 政府信息公开条例 (2019) art. 15',
  /** 敏感个人信息 */
  'sensitive-personal': '个人信息保护法 (2021) art. 28',
  /** 未成年人 */
  minor: '未成年人保护法 (2024) art. 103',
  /** 商业秘密 */
  'trade-secret': '行政处罚法 (2021) art. 50; 政府信息公开条例 (2019) art. 15',
} as const;
export type Privacy = keyof typeof PRIVACY;
export const PRIVACY_MARKS = Object.keys(PRIVACY).sort() as readonly Privacy[];

/** What a case or a recording is marked with. */
export interface Protection {
  /** null: nobody has said. */
  readonly confidentiality: Confidentiality | null;
  /** Each once, in alphabetical order. */
  readonly privacy: readonly Privacy[];
}

/** A case with its marks. */
export interface MarkedCase extends Protection {
  readonly number: string;
}

/** Where a mark comes from: the recording itself, or a case that it belongs to. */
interface MarkSource {
  readonly kind: 'recording' | 'case';
  readonly id: string;
}

export interface EffectiveProtection {
  /** The highest of its own and its cases' levels, and who has that level; null if none is marked. */
  readonly confidentiality: { readonly level: Confidentiality; readonly from: readonly MarkSource[] } | null;
  /** Every mark of its own and of its cases, in alphabetical order. */
  readonly privacy: readonly { readonly mark: Privacy; readonly from: readonly MarkSource[] }[];
}

/** What counts for a recording: never less than what it or any of its cases is marked with. */
export function effectiveProtection(recordingId: string, own: Protection, cases: readonly MarkedCase[]): EffectiveProtection {
  const marked: readonly { readonly by: MarkSource; readonly protection: Protection }[] = [
    { by: { kind: 'recording', id: recordingId }, protection: own },
    ...cases.map((each) => ({ by: { kind: 'case' as const, id: each.number }, protection: each })),
  ];
  const level = CONFIDENTIALITY.findLast((each) => marked.some(({ protection }) => protection.confidentiality === each));
  const from = (has: (protection: Protection) => boolean) => marked.filter(({ protection }) => has(protection)).map(({ by }) => by);
  return {
    confidentiality: level === undefined ? null : { level, from: from(({ confidentiality }) => confidentiality === level) },
    privacy: PRIVACY_MARKS.map((mark) => ({ mark, from: from(({ privacy }) => privacy.includes(mark)) })).filter(
      (each) => each.from.length > 0,
    ),
  };
}

/**
 * Whether fewer people are kept out than before, for which a reason is asked: a lower level, or a mark that is gone. What nobody marked is handled as `internal`, so
 * that making it public is lowering it.
 */
export function isLowered(old: Protection, fresh: Protection): boolean {
  if (old.privacy.some((mark) => !fresh.privacy.includes(mark))) return true;
  const removed = fresh.confidentiality === null && old.confidentiality !== null && old.confidentiality !== 'public';
  return removed || rankOf(fresh.confidentiality) < rankOf(old.confidentiality);
}

function rankOf(level: Confidentiality | null): number {
  return CONFIDENTIALITY.indexOf(level ?? 'internal');
}
