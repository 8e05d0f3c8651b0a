import type { ledgerEn } from './ledger-en.ts';

export const ledgerZhCN: Readonly<Record<keyof typeof ledgerEn, string>> = {
  'ledger.accept.about': '在恢复备份之后，按现状使用账本；保管链会如实记录',
  'ledger.accepted': '账本按现状使用。如有异常，已记入保管链（ledger.accepted）。请接着运行 evidock verify。',
  'ledger.accept.running': '采集站正在运行：启动时已检查账本，无需接受。',
  'custody.ledger.accepted': '账本按现状被接受：{why}',
  'custody.ledger.backed-up': '账本已备份到 {file}（{bytes} 字节）',
};
