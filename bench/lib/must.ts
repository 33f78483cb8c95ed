import type { Result } from '../../shared/base/problem';
import { Stop } from '../../scripts/lib/process';

/** What can't fail here, unless the bench can't be run at all. */
export function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Stop(result.problem.message);
  return result.value;
}
