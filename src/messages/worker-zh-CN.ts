import type { workerEn } from './worker-en.ts';

/** 其他主机上的工作机。 */
export const workerZhCN: Readonly<Record<keyof typeof workerEn, string>> = {
  'worker.about': '在其他主机上处理与归档；管理谁可以参与',
  'worker.run.about': '在本机上为站点工作，直到被停止',
  'worker.opt.invite': '站点的邀请文件（evidock worker invite）',
  'worker.run.no-invite': 'worker --invite 文件：请给出站点的邀请文件',
  'worker.run.ready': '正以 {worker} 的名义为站点 {station} 工作。按 Ctrl-C 停止。',
  'worker.invite.about': '为工作机生成密钥；邀请只显示一次',
  'worker.opt.address': '工作机连接本站点所用的 主机:端口（若与 work.listen 不同）',
  'worker.opt.out': '把邀请写入这个新文件，仅您本人可读',
  'worker.invited': '{worker} 的邀请：{file}。持有它的人可以读取待处理的录像。',
  'worker.list.about': '现在或曾经受邀的工作机',
  'worker.none': '从未邀请过工作机。',
  'worker.revoke.about': '使工作机的密钥失效；它持有的工作重新等待',
  'worker.revoked': '{worker} 已被撤销；其 {work} 项工作重新等待。',
  'column.worker': '工作机',
  'column.invited': '邀请时间',
  'column.revoked': '撤销时间',
  'column.heard': '最近联系',
  'worker.heard': '{seconds} 秒前',
  'column.running': '进行中',
  'custody.worker.invited': '已邀请该工作机；其密钥的 SHA-256 为 {keySha256}',
  'custody.worker.revoked': '该工作机的密钥已撤销；其 {work} 项工作重新等待',
};
