/** The same in Chinese. */
export const doorsZhCN = {
  'no-token': '令牌 {token}',
  'no-kiosk': '采集台屏 {kiosk}',
  'badge-taken': '尾号为 {ending} 的证卡已属于他人',
} as const;
