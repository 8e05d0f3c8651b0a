import { defineEntry } from './define-entry.ts';
import { count, sha256 } from './fields.ts';
import { subject } from './subject.ts';

const WORKER = subject('worker', 'render1');

export const WorkerInvited = defineEntry({
  type: 'worker.invited',
  about: ['worker'],
  tells: 'A key was made with which another host may take work of this station; only its SHA-256 is kept.',
  data: { keySha256: sha256() },
  example: { subject: WORKER, data: { keySha256: 'ab'.repeat(32) } },
});

export const WorkerRevoked = defineEntry({
  type: 'worker.revoked',
  about: ['worker'],
  tells: 'The key of a worker is good no more, and what it held waits again.',
  data: { keySha256: sha256(), work: count('Work that it held.') },
  example: { subject: WORKER, data: { keySha256: 'ab'.repeat(32), work: 2 } },
});

export const WORKER_ENTRIES = [WorkerInvited, WorkerRevoked] as const;
