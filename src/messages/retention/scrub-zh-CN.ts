/** The same in Chinese. */
export const scrubZhCN = {
  'custody.copy.corrupt': '{place} 中的副本与封存的不同：{key}：{found}',
  'custody.copy.healed': '{place} 已由 {from} 恢复为封存的内容：{key}',
  'custody.copy.none-good': '任何位置都不再保存封存的内容；{place} 中剩余的内容原样保留：{key}',
  'custody.scrub.halted': '{place} 一天内发现 {faults} 个损坏副本（上限 {limit} 个）：经人员确认前不再修复',
  'custody.scrub.ordered': '{place} 的定期重新读取：{order}',
} as const;
