import type { CliContext } from './context.ts';

/** Runs one command line; returns the exit code: 0 done, 1 refused or failed, 2 wrong use. */
export async function runCli(context: CliContext, argv: readonly string[]): Promise<number> {
  context.stderr.write(`${argv.join(' ')}\n`);
  return 2;
}
