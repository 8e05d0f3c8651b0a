/** The same in Chinese. */
export const evictionZhCN = {
  'evict-interrupted': '移出过程在删除任何字节之前中断',
  'not-archived': '归档中没有 {id} 的已校验副本',
  'fetched-differs': '从归档取回的 {key} 的 SHA-256 为 {found}，与封存时的 {sha256} 不符',
  'fetch-cut': '应答在取回完成之前中断',
  'fetch-stopped': '采集站正在停止，其余部分将在下次启动后取回',
  'above-high-water': '高于 eviction.highWater',
  'fetch-cancelled': '取回 {id} 的操作已取消',
} as const;
