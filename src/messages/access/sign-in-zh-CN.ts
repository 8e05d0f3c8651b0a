/** 登录的文字。 */
export const signInZhCN = {
  'custody.session.began': '以 {method} 登录',
  'custody.session.ended': '会话结束（{why}）',
  'custody.sign-in.failed': '{failures} 次登录失败，另有 {refused} 次未经查验即被拒绝；锁定 {locks} 次，最长 {lockSeconds} 秒',
  'custody.password.set': '设置了密码（{how}）',
  'custody.totp.set': '设置了第二因素',
  'custody.totp.removed': '撤销了第二因素',
  'custody.recovery-codes.made': '生成了 {codes} 个恢复码',
  'custody.recovery-code.used': '使用了一个恢复码，还剩 {left} 个',
} as const;
