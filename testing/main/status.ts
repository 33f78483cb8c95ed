/** The way of one reading, from a target on disk to a document that keeps its contract. */
import { parseTarget } from '../../shared/api/target';
import type { Problem, Result } from '../../shared/base/problem';
import type { Readings } from '../../shared/readings/readings';
import { statusOf } from '../../shared/report';
import { statusDocumentSchema, type StatusDocument } from '../../shared/report/statusDocument';
import { type SourceOptions } from '../../main/sources/source';
import { openSource } from '../../main/sources/openSource';

export async function readTarget(
  text: string,
  options: SourceOptions = {},
): Promise<Result<StatusDocument>> {
  const sample = await sampleOf(text, options);
  if (!sample.ok) return sample;
  return { ok: true, value: statusDocumentSchema.parse(statusOf(sample.value)) };
}

/** The readings themselves. */
export async function sampleOf(
  text: string,
  options: SourceOptions = {},
): Promise<Result<Readings>> {
  const target = parseTarget(text);
  if (!target.ok) return target;
  const source = openSource(target.value, options);
  if (!source.ok) return source;
  const sample = await source.value.sample();
  source.value.close();
  return sample;
}

/** For a target that must give a document. */
export async function statusFrom(text: string, options?: SourceOptions): Promise<StatusDocument> {
  const result = await readTarget(text, options);
  if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.message}`);
  return result.value;
}

/** For a target that must give none. */
export async function problemFrom(text: string, options?: SourceOptions): Promise<Problem> {
  const result = await readTarget(text, options);
  if (result.ok) throw new Error(`${text} was read`);
  return result.problem;
}
