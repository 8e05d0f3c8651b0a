/** The same in Chinese. */
export const damageZhCN = {
  'files-never-came': '其 {files} 个文件中有 {missing} 个始终未从记录仪取得',
  'gaps-of-file': '{path}：{bytes} 字节中有 {missing} 字节（{places} 处）无法从记录仪读取，已以零填充',
  'and-more-files': '{whys}；另有 {more} 个文件',
  'during-event': '录制于事件期间',
  'partly-during-event': '部分录制于事件期间',
  'minutes-from-event': '录制时间距事件 {minutes} 分钟',
  'officer-took-part': '执法人员 {officer} 参与',
  'officer-not-known': '执法人员未知',
} as const;
