/** The same in Chinese. */
export const scrubReasonsZhCN = {
  'no-scrub-place': 'place：{place} 中不保存任何内容；应为 vault 或归档名称',
  'scrub-place': '{place}：{count} 个原始文件，每 {days} 天各读一次',
  'scrub-none': '{place}：尚无内容',
  'scrub-off': '未启用定期重新读取（scrub.on）',
  'scrub-halted': '{place}：一天内损坏副本过多，自 {at} 起已停止修复',
  'scrub-faults': '{place}：{count} 个副本损坏或无法读取',
  'scrub-overdue': '{place}：{count} 个原始文件未在 {days} 天内读取',
  'scrub-too-slow': '{place}：按当前 scrub.bandwidth，一轮需 {round} 天',
  'scrub-paused': '{place}：已暂停',
  'mend-scrub': '用 evidock scrub show 查看详情；处理办法见 docs/operations.md',
} as const;
