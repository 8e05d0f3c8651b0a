/** The same in Chinese. */
export const evictionTextsZhCN = {
  'fetch.about': '将已移出本地库的原始文件从归档取回',
  'fetch.progress': '已取回 {bytes}，共 {bytesTotal}，{rate}/秒，还需 {left}',
  'fetch.done': '{files} 个原始文件已回到本地库：{bytes}，用时 {elapsed}',
  'fetch.nothing': '本地库中已有该录像的全部原始文件。',
  'custody.original.evicted': '归档中已有校验合格的副本，因需要空间（{why}）而移出本地库：{bytes}；最近一次用到：{neededAt}',
  'custody.playable.evicted':
    '归档中已有校验合格的副本，因需要空间（{why}）且已无可移出的原始文件，可播放副本移出本地库：{bytes}；最近一次用到：{neededAt}',
  'custody.original.fetched': '已从 {archive} 取回本地库，与封存的摘要一致：{bytes}',
  'custody.copy.checked': '{archive} 中的副本再次完整读取，结果正确',
  'mark.evicted': '仅存于归档',
  'recording.fetch-waits': '原始文件 {index} 待从归档取回：{why}。已尝试 {attempts} 次，将于 {next} 重试。',
} as const;
