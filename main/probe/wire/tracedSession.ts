/** A probe's session that tells each request and what became of it. */
import { performance } from 'node:perf_hooks';
import type { Result } from '../../../shared/base/problem';
import type { Trace } from '../../ssh/trace';
import { requestLine } from './request';
import type { Answer, ProbeSession } from './session';

type Session = Pick<ProbeSession, 'uid' | 'ask' | 'close'>;

export function tracedSession(session: Session, trace: Trace): Session {
  return {
    uid: session.uid,
    ask(request) {
      trace(`request ${requestLine(request)}`);
      return tracedAnswer(session.ask(request), request.id, trace);
    },
    close: () => session.close(),
  };
}

/** Tells size and time of an answer when it is there. */
export async function tracedAnswer(
  answer: Promise<Result<Answer>>,
  id: number,
  trace: Trace,
): Promise<Result<Answer>> {
  const began = performance.now();
  const answered = await answer;
  const ms = Math.round(performance.now() - began);
  if (answered.ok) {
    const { bytes, frames, torn, unfinished } = answered.value;
    const more = `${torn ? ', torn' : ''}${unfinished ? ', unfinished' : ''}`;
    trace(`answer ${id}: ${bytes} bytes, ${frames.length} frames, ${ms} ms${more}`);
  } else {
    trace(`no answer ${id} after ${ms} ms: ${answered.problem.code}: ${answered.problem.message}`);
  }
  return answered;
}
