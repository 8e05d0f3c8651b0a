import type { tasksEn } from './tasks-en.ts';

/** 每项任务：可以在采集站上做什么。 */
export const tasksZhCN: Readonly<Record<keyof typeof tasksEn, string>> = {
  'task.own-account': '本人账户：密码、会话、令牌',
  'task.kiosk': '采集口旁的屏幕',
  'task.see-slots': '查看采集口',
  'task.find-footage': '在可见范围内查找录像、案件与关联建议',
  'task.show-footage': '申请看、听、下载、导出录像',
  'task.tag-footage': '标注、标记与保全录像',
  'task.see-work': '查看接入、未采集文件与录像的处理工作',
  'task.see-registry': '查看执法人员、记录仪与领用情况',
  'task.change-registry': '更改执法人员、记录仪与领用',
  'task.change-cases': '新增与更改案件',
  'task.dock': '接入目录',
  'task.run-work': '重试失败的工作、重新生成衍生文件',
  'task.verify': '全部重新读取并核对',
  'task.see-health': '查看采集站的运行状况与数据',
  'task.administer': '为采集口编号、备份账本、邀请工作主机',
  'task.manage-accounts': '管理账户、角色、令牌与终端',
  'task.manage-policy': '管理调阅策略',
  'task.explain-access': '查看规则，查询某人可否查看及其原因',
  'task.read-audit': '查阅审计',
  'task.see-own-looks': '查看谁看过本人出镜的录像',
  'task.request-call-up': '申请调阅',
  'task.decide-call-up': '审批调阅',
};
