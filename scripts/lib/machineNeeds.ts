/** What this machine lacks of what the tests need, found out apart from the tests' own looks. */
import { randomBytes } from 'node:crypto';
import { runQuietly } from './process';
import { missingOn, type Purpose } from './system-packages';

/**
 * @returns a line for each thing; none: this machine has all, and no test may be skipped on it
 */
export async function lacking(purposes: readonly Purpose[]): Promise<readonly string[]> {
  if (process.platform !== 'linux') return [`Linux: this is ${process.platform}`];
  const missing = missingOn(purposes);
  if (process.getuid?.() !== 0) return [...missing, 'the rights of root'];
  const name = `klpscope-need-${randomBytes(4).toString('hex')}`;
  const network = [
    `ip netns add ${name}`,
    `trap 'ip netns del ${name}' EXIT`,
    `ip -n ${name} link add one type veth peer name two`,
    `tc -n ${name} qdisc add dev one root tbf rate 1mbit burst 1600 latency 1s`,
  ];
  const looks = [
    ['mount namespaces', 'unshare -m true'],
    ['network namespaces with veth and tbf', network.join(' && ')],
  ] as const;
  for (const [what, look] of looks) {
    const { status, output } = await runQuietly('sh', ['-c', look]);
    if (status !== 0) missing.push(`${what} (${output.trim()})`);
  }
  return missing;
}
