/** Runs the command line in this process, and keeps what it prints. */
import type { TextStyle } from '../../shared/report/statusText';
import type { Output } from '../../main/cli/output';
import { run } from '../../main/cli/run';
import { keepOutput } from './kept';

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  /** One entry per warning. */
  readonly stderr: readonly string[];
}

const plain: TextStyle = { width: 80, colour: false, unicode: true };

export async function klpscope(args: readonly string[], style: TextStyle = plain): Promise<Ended> {
  let stdout = '';
  const stderr: string[] = [];
  const output: Output = {
    style,
    write: (text) => void (stdout += text),
    warn: (line) => void stderr.push(line),
  };
  const status = await run(args, output);
  keepOutput([stdout, ...stderr, ''].join('\n'));
  return { status, stdout, stderr };
}
