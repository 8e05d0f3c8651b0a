import { execFile } from 'node:child_process';

/** What a program prints, as bytes; what it complains of is thrown unless it is a decoder's complaint about a clip that was damaged on purpose. */
export function runBinary(program: string, args: readonly string[], options: { mayFail?: boolean } = {}): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    execFile(program, [...args], { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error && !options.mayFail) reject(new Error(`${program} ${args.join(' ')}: ${stderr.toString()}`));
      else resolve(stdout);
    });
  });
}
