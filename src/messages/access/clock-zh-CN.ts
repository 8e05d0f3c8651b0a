/** 关于采集站自身时钟的文字。 */
export const clockZhCN = {
  'check.clock steady': '时钟平稳',
  'custody.clock.doubted': '采集站时钟存疑（{kind}，相差 {byMs} 毫秒，发现于：{found}）',
  'custody.clock.confirmed': '采集站时钟经人确认无误（{kind}，相差 {byMs} 毫秒）：{words}',
  'clock.about': '采集站自身的时钟：是否倒退或跳变',
  'clock.show.about': '显示时钟，以及是否存疑',
  'clock.confirm.about': '确认时钟现已准确；记入保管链',
  'clock.opt.words': '查明的原因',
  'clock.opt.seen': '所指的那次发现的时间，见 `clock show --json`；不填则为最近一次',
  'clock.now': '时钟显示 {now}。',
  'clock.steady': '时钟平稳，没有疑点。',
  'clock.went-back': '时钟倒退了 {by}，发现时显示 {seen}。经人确认（`evidock clock confirm`）之前，不作任何销毁。',
  'clock.jumped': '时钟向前跳了 {by}，发现时显示 {seen}。经人确认（`evidock clock confirm`）之前，不作任何销毁。',
  'clock.confirmed': '已确认。',
  'clock-kind.steady': '平稳',
  'clock-kind.went-back': '存疑：曾倒退',
  'clock-kind.jumped': '存疑：曾跳变',
} as const;
