import type { factsEn } from './facts-en.ts';

/** 事实的历史，以及重放保管链的结果。 */
export const factsZhCN: Readonly<Record<keyof typeof factsEn, string>> = {
  'option.history': '同时显示各项事实自何时起、由何人确定',
  'facts.title': '事实及其起始时间',
  'facts.none': '没有：自现行保管链开始以来未曾更改。',
  'column.from': '自',
  'field.case': '案件',
  'field.start': '开始时间',
  'field.stage': '环节',
  'field.officers': '执法人员',
  'field.unit': '单位',
  'place.ledger': '账本',
  'place.log': '保管链',
  'schema.table': '表',
  'schema.index': '索引',
  'schema.trigger': '触发器',
  'schema.view': '视图',
  'verify.replaying': '正在重放保管链：{entries} / {entriesTotal} 条',
};
