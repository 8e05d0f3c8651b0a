/** The same in Chinese. */
export const doorsZhCN = {
  'custody.token.added': '已为用户 {owner} 生成令牌，有效至 {until}：{scopes}',
  'custody.token.revoked': '用户 {owner} 的令牌已失效（{why}）',
  'custody.kiosk.code-made': '已显示采集台屏 {name} 的配对码，有效至 {until}',
  'custody.kiosk.paired': '一个浏览器已配对为采集台屏 {name}',
  'custody.kiosk.code-refused': '来自 {address} 的配对码错误',
  'custody.kiosk.revoked': '采集台屏 {name} 的配对已撤销',
  'custody.kiosk.visited': '在采集台屏 {kiosk} 以 {by} 登入',
  'custody.kiosk.visit-refused': '采集台屏拒绝了一次 {by}',
  'custody.pin.set': '已设置采集台屏 PIN',
  'custody.pin.removed': '采集台屏 PIN 已删除',
  'custody.badge.assigned': '已配发尾号为 {ending} 的证卡',
  'custody.badge.removed': '尾号为 {ending} 的证卡已收回',
  'custody.docking.confirmed': '用户 {user} 在采集台屏 {kiosk} 确认了本次采集的情况',
} as const;
