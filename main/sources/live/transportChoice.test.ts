import { describe, expect, it } from 'vitest';
import type { OpenSshNeed } from '../../../shared/api/openSsh';
import { resolveHost } from '../../ssh/config/config';
import type { Question } from '../../ssh/questions';
import {
  chooseTransport,
  insteadOfSsh2,
  withAdvice,
  type TransportOptions,
} from './transportChoice';

function choose(needs: readonly OpenSshNeed[], rest: Partial<TransportOptions> = {}) {
  const asked: Question[] = [];
  const address = { user: 'ada', host: 'db1', port: null };
  const base: TransportOptions = {
    address,
    wanted: null,
    needs,
    hasOpenSsh: true,
    ask: (question) => {
      asked.push(question);
      return Promise.resolve(['openssh']);
    },
  };
  return { asked, chosen: chooseTransport({ ...base, ...rest }) };
}

describe('chooseTransport', () => {
  it('takes ssh2 without a question where it can do everything', async () => {
    const { asked, chosen } = choose([]);
    expect(await chosen).toEqual({ ok: true, value: 'ssh2' });
    expect(asked).toEqual([]);
  });

  it('asks where the configuration has more, and says what', async () => {
    const { asked, chosen } = choose(['user-certificate', 'security-key']);
    expect(await chosen).toEqual({ ok: true, value: 'openssh' });
    expect(asked).toEqual([
      { kind: 'transport', host: 'db1', key: 'db1', needs: ['user-certificate', 'security-key'] },
    ]);
  });

  it('asks nothing that was chosen before', async () => {
    for (const wanted of ['ssh2', 'openssh'] as const) {
      const { asked, chosen } = choose(['user-certificate'], { wanted });
      expect(await chosen).toEqual({ ok: true, value: wanted });
      expect(asked).toEqual([]);
    }
  });

  it('connects by nothing where the question is cancelled', async () => {
    const { chosen } = choose(['gssapi'], { ask: () => Promise.resolve(null) });
    expect(await chosen).toMatchObject({ ok: false, problem: { code: 'authentication-needed' } });
  });

  it('names the next step where ssh2 was demanded for what it can’t reach', async () => {
    for (const need of ['proxy-command', 'keyword:KnownHostsCommand'] as const) {
      const demanded = await choose([need], { wanted: 'ssh2' }).chosen;
      const answered = await choose([need], { ask: () => Promise.resolve(['ssh2']) }).chosen;
      for (const refused of [demanded, answered]) {
        expect(refused).toMatchObject({ ok: false, problem: { code: 'no-agreement' } });
        const message = refused.ok ? '' : refused.problem.message;
        expect(message).toMatch(/(ProxyCommand|KnownHostsCommand).*--transport openssh/);
      }
    }
  });

  it('says that there is no ssh, and does without where it may', async () => {
    const without = { hasOpenSsh: false } as const;
    expect(await choose(['security-key'], without).chosen).toEqual({ ok: true, value: 'ssh2' });
    for (const refused of [
      await choose(['proxy-command'], without).chosen,
      await choose(['keyword:RekeyLimit'], without).chosen,
      await choose([], { ...without, wanted: 'openssh' }).chosen,
    ]) {
      expect(refused.ok ? '' : refused.problem.message).toContain('Install OpenSSH’s client');
    }
  });
});

describe('withAdvice', () => {
  const refused = {
    code: 'authentication-failed',
    path: 'db1',
    message: 'ada@db1 was not let in. The server takes: publickey.',
  } as const;
  const message = (text: string, needs: readonly OpenSshNeed[] = []) =>
    withAdvice({ ...refused, message: text }, needs).message;

  it('says what OpenSSH could have done', () => {
    expect(message(refused.message, ['security-key'])).toMatch(
      /security key.*the system’s OpenSSH/,
    );
    expect(message('The server takes: publickey, gssapi-with-mic.')).toContain(
      'the system’s OpenSSH',
    );
  });

  it('says nothing where OpenSSH could do no more', () => {
    expect(withAdvice(refused, [])).toBe(refused);
    const lost = { ...refused, code: 'connection-lost' } as const;
    expect(withAdvice(lost, ['security-key'])).toBe(lost);
  });
});

describe('a server with which ssh2 has nothing in common', async () => {
  const address = { user: null, host: 'db1', port: null };
  const usual = await resolveHost(address, { configFile: '/dev/null' });
  const settings = {
    ...usual,
    sshAlgorithms: { kex: ['a'], cipher: [], mac: ['umac', 'hmac'], hostKey: [] },
  };
  const problem = { code: 'no-agreement', path: 'db1', message: 'Nothing.' } as const;
  const instead = (
    offered: readonly string[],
    how: { readonly isDemanded?: boolean; readonly hasOpenSsh?: boolean } = {},
  ) =>
    insteadOfSsh2(
      problem,
      { kind: 'mac', offered, settings },
      {
        isDemanded: false,
        hasOpenSsh: true,
        ...how,
      },
    );

  it('is reached by an OpenSSH that has one of its algorithms, which is said', () => {
    expect(instead(['x', 'hmac'])).toEqual({
      isOpenSsh: true,
      problem: { ...problem, message: 'Nothing. So the system’s OpenSSH is used.' },
    });
  });

  it('is not reached where OpenSSH has none either: of that kind', () => {
    const { isOpenSsh, problem: said } = instead(['a', 'x']);
    expect(isOpenSsh).toBe(false);
    expect(said.message).toBe(
      'Nothing. Nor has this machine’s OpenSSH any of them; it may use umac, hmac.',
    );
  });

  it('is not reached by another way than was demanded, which is named', () => {
    const { isOpenSsh, problem: said } = instead(['hmac'], { isDemanded: true });
    expect(isOpenSsh).toBe(false);
    expect(said.message).toContain('--transport openssh');
    expect(instead(['x'], { isDemanded: true }).problem.message).toContain('Nor has');
  });

  it('is not reached where there is no ssh', () => {
    for (const isDemanded of [true, false]) {
      expect(instead(['hmac'], { isDemanded, hasOpenSsh: false })).toEqual({
        isOpenSsh: false,
        problem: { ...problem, message: 'Nothing. There is no ssh program on this machine.' },
      });
    }
  });
});
