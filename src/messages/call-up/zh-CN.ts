import type { callUpEn } from './en.ts';

/** 调阅申请、授权、通知，简体中文。 */
export const callUpZhCN: { readonly [Key in keyof typeof callUpEn]: string } = {
  'custody.request.asked': '申请调阅：{target}；{actions}；事由 {purpose}；至 {until}；{words}',
  'custody.request.decided': '申请已处理：{state}；{words}',
  'custody.request.withdrawn': '申请已撤回：{state}',
  'custody.request.confirmed': '紧急调阅事后确认：{confirmed}；{words}',
  'custody.request.ended': '申请已终止：{why}',
  'custody.grant.begun': '授权 {user} 调阅：{target}；{actions}；至 {until}',
  'custody.grant.ended': '授权已终止：{why}',
};
