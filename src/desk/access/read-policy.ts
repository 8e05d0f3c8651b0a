import { readYaml } from '#desk/data-file/read-yaml';
import type { Policy } from '#domain/access/policy';
import { type PolicyFault, policyFaults } from '#domain/access/policy-faults';
import { POLICY_BYTES_MAX, type PolicyFile, PolicyFileSchema } from '#domain/access/policy-schema';
import { DEFAULT_TASKS } from '#domain/access/tasks';
import { because, type Reason } from '#domain/reason';

/** Reads a policy file. Throws config.invalid with every fault, each with its line, its place in the file and what would be right. */
export function readPolicy(text: string, version: number, file: string): Policy {
  const { value, refusal } = readYaml(text, { schema: PolicyFileSchema, bytesMax: POLICY_BYTES_MAX, file });
  const policy = policyOf(value, version);
  const faults = policyFaults(policy);
  if (faults.length > 0) throw refusal(faults.map((fault) => ({ path: fault.path, why: reasonOfFault(fault) })));
  return policy;
}

function policyOf({ rules, purposes, urgent, tasks = {} }: PolicyFile, version: number): Policy {
  return { version, rules: rules as Policy['rules'], purposes, urgent, tasks: { ...DEFAULT_TASKS, ...tasks } };
}

function reasonOfFault({ code, rule }: PolicyFault): Reason {
  return because(`policy-${code}`, { rule });
}
