/** The same in Chinese. */
export const retentionZhCN = {
  'holidays-missing': '尚无 {year} 年的节假日安排：以工作日计、在该年届满的期限暂不届满',
  'holidays-next-missing': '{year} 年的节假日安排应已公布，本站尚未取得：请写入文件 {year}.yaml（config/holidays/README.md）',
} as const;
