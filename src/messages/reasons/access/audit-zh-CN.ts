/** 关于查看与审计的原因。 */
export const auditReasonsZhCN = {
  'look-unknown': '{look}：本会话中没有这次进行中的查看',
  'clock-steady': '没有倒退或跳变',
  'clock-went-back': '倒退了 {seconds} 秒，发现于 {at}，此后无人确认',
  'clock-jumped': '向前跳了 {seconds} 秒，发现于 {at}，此后无人确认',
  'clock-found-since': '时钟又有变化，或已由他人确认；请重新查看',
  'mend-clock-steady': '查明何以改动了时钟，校准后加以确认：evidock clock confirm',
} as const;
