import type { knownEn } from './known-en.ts';

/** 已知文件及其复核的说法。 */
export const knownZhCN: Readonly<Record<keyof typeof knownEn, string>> = {
  'recheck.anytime': '复核 {done}/{files}，可随时取下',
  'recheck.running': '复核 {done}/{files}',
  'recheck.ended': '已复核 {done}/{files}',
  'phase.rechecking': '正在完整比对已知文件',
  'ingest.rechecking': '复核 {done}/{files}：正在完整比对已知文件',
};
