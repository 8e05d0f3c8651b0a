/** The same in Chinese. */
export const callUpZhCN = {
  'no-call-up': '调阅申请 {id}',
  'no-grant': '授权 {id}',
  'no-notice': '通知 {id}',
} as const;
