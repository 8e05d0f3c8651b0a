/** 关于归档的文字（中文）。 */
export const archiveZhCN = {
  'custody.copy.withdrawn': '{archive} 中的副本未通过检查，不再算数；将重新归档',
  'custody.recording.facts-archived': '变更后的信息已归档并在 {archive} 核验',
} as const;
