/** Reasons of legal holds, in Chinese. */
export const holdReasonsZh = {
  'no-hold': '保全 {id}',
  'no-hold-in-force': '保全 {id} 未生效或已解除',
  'hold-names-nothing': '案件、录像、执法人员、记录仪、单位、时间段，至少指定一项',
  'hold-span': 'to：须晚于 from，二者须同时给出',
  'hold-many-recordings': 'recordings：最多 {limit} 个；请分次设置，或按人员、记录仪、时间段保全',
  'hold-reason-needed': 'reason：请写明事由',
  'hold-review-outside': 'review：须为将来的时间，且不超过 {limit} 天',
  'hold-beyond-sight': '该保全会涉及您看不到的录像：请限定为您可见的单位、人员或录像，或请督察审计人员设置',
  'hold-own': '保全 {id} 由您本人设置：须由他人解除',
  'hold-of-others': '保全 {id} 也涉及您看不到的录像：请由督察审计人员解除',
  'held-by': '录像 {recording} 处于法律保全中：{names}',
  'hold-storage-cannot': '该归档存储不支持对单个对象的保全：仅由台账保全',
  'hold-version-unknown': '{key}：尚不知其版本号',
  'hold-no-copy': '尚无归档副本',
  'hold-no-archive': '未配置归档：仅由台账保全',
  'hold-differs': '{key}：归档存储返回的保全状态与所设不一致',
} as const;
