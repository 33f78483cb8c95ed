import type { Host } from '../../shared/api/contract';
import { visible } from '../../shared/base/text';

/** Why a host is read with less than root's rights although they were asked for; null: they weren't. */
export function lackOfRights({ status }: Host): string | null {
  const problem = status?.problems.find(
    ({ code }) => code === 'sudo-refused' || code === 'sudo-password-needed',
  );
  return problem === undefined ? null : visible(problem.message);
}
