import type { knownEn } from './known-en.ts';

/** 已知文件及其复核的说法。 */
export const knownZhCN: Readonly<Record<keyof typeof knownEn, string>> = {
  'recheck.anytime': '复核 {done}/{files}，可随时取下',
  'recheck.running': '复核 {done}/{files}',
  'recheck.ended': '已复核 {done}/{files}',
  'phase.rechecking': '正在完整比对已知文件',
  'ingest.rechecking': '复核 {done}/{files}：正在完整比对已知文件',
  'custody.docking.compared':
    '比对已知文件 {files} 个：完整 {whole} 个，随机 {blocks} 块抽样 {sampled} 个，{fewerBlocks} 块抽样 {fewer} 个，无法读取 {unread} 个',
  'custody.docking.unsafe': '本次接入不再安全：{cardPath} 的内容与封存的不同，正作为 {as} 采集',
  'custody.original.rechecked': '已知文件 {files} 个（{bytes}）经完整比对，与封存的摘要一致',
  'custody.original.differs': '记录仪上同名、同大小、同时间的文件内容不同：SHA-256 {sha256}，已作为 {as} 采集',
};
