import { benchAudit } from '/work/wt-audit/bench/audit.ts';
for (const r of await benchAudit()) console.log(r.name, r.ours.toFixed(2), r.theirs?.toFixed(2), r.note);
