/** The same in Chinese. */
export const doorsZhCN = {
  'no-token': '令牌 {token}',
  'no-kiosk': '采集台屏 {kiosk}',
  'badge-taken': '尾号为 {ending} 的证卡已属于他人',
  'oidc-not-private': '{address} 既不在本机，也不经 TLS',
  'oidc-status': '应答为 {status}',
  'oidc-too-large': '应答大于 {size}',
  'oidc-silent': '未在时限内应答',
  'oidc-many': '正在核对 {limit} 个登录',
  'oidc-refused': '{text}',
} as const;
