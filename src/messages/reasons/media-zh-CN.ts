/** The same in Chinese. */
export const mediaZhCN = {
  'output-limit': '输出超过 {bytes} 字节',
  'took-longer': '{seconds} 秒',
  'stood-seconds': '{seconds} 秒没有进展',
  'nothing-written': '没有写出任何内容',
  'grew-beyond': '达 {bytes} 字节，而原始文件为 {found} 字节',
  'ended-by-system': '被系统终止：{text}',
  'no-segment-decodes': '没有一段可以解码',
  'joined-segments': '合并各段：{why}',
  'salvage-after': '抢救在 {seconds} 秒后中止',
  'no-input': '没有输入',
  'nothing-decodes': '没有可解码的声音或画面',
  'no-json-probe': 'ffprobe 没有输出 JSON',
  'no-sound-no-picture': '没有声音，也没有活动画面（{container}）',
  'picture-too-large': '画面大于 8192 × 8192',
  'twice-longer': '两次超过 {why}',
  'no-segment-plays': '没有一段可以播放',
} as const;
