import { describe, expect, it } from 'vitest';
import { disagreements, readKernel } from '../../../testing/shared/kernelAgreement';
import { statusOf } from '../../report/status';
import { deviationNames } from '../state/deviations';
import { defaultScenario, findScenario, fleet, scenarios } from './gallery';
import { Player } from './player';
import { parseScenario } from './scenarioFile';

const scenarioOf = (id: string) => {
  const scenario = findScenario(id);
  if (!scenario) throw new Error(`no scenario ${id}`);
  return scenario;
};
const documentAt = (id: string, seconds: number) => {
  const player = new Player(scenarioOf(id));
  player.advance(seconds);
  return statusOf(readKernel(player.kernel.core));
};
const codesAt = (id: string, seconds: number) =>
  documentAt(id, seconds).findings.map(({ code }) => code);
const blockersAt = (id: string, seconds: number) =>
  documentAt(id, seconds).blockers.map(({ comm, reason }) => [comm, reason.code, reason.function]);

describe.each(scenarios)('$id', (scenario) => {
  it('is a valid scenario file', () => {
    expect(parseScenario(JSON.stringify(scenario), 'x.json')).toEqual({
      ok: true,
      value: scenario,
    });
  });

  it('goes as it says, and reads as the kernel knows', () => {
    const player = new Player(scenario);
    for (let second = 0; second < scenario.lasts; second += 5) {
      player.advance(5);
      expect(disagreements(player.kernel.core)).toEqual([]);
    }
    expect(player.surprises).toEqual([]);
    expect(player.nextStep).toBeNull();
  });
});

describe('the stories show what they tell', () => {
  it('clean apply', () => {
    expect(documentAt('clean-apply', 8)).toMatchObject({
      transitionState: 'none',
      patches: [{ enabled: true }],
    });
    expect(codesAt('clean-apply', 25)).toContain('leftover-module');
    expect(documentAt('clean-apply', 34)).toMatchObject({ patches: [], ghosts: [] });
  });

  it('a disk sleeper', () => {
    expect(blockersAt('disk-sleeper', 40)).toEqual([
      ['rsync', 'sleeping-on-function', 'nfs_wait_bit_killable'],
    ]);
    expect(codesAt('disk-sleeper', 40)).toContain('transition-stalled');
    expect(documentAt('disk-sleeper', 64).transitionState).toBe('none');
  });

  it('the signal', () => {
    expect(documentAt('signal-frees', 10).transition?.threads.blocking).toBe(2);
    expect(documentAt('signal-frees', 22).transitionState).toBe('none');
  });

  it('a kernel thread', () => {
    expect(documentAt('kernel-thread', 40).blockers).toMatchObject([{ kthread: true }]);
    expect(documentAt('kernel-thread', 55)).toMatchObject({ patches: [] });
  });

  it('a reversal', () => {
    expect(blockersAt('reversal', 20).map(([comm]) => comm)).toEqual(['rsync']);
    expect(blockersAt('reversal', 30).map(([comm]) => comm)).toEqual(['tar']);
    expect(blockersAt('reversal', 45).map(([comm]) => comm)).toEqual(['rsync']);
  });

  it('an atomic replace', () => {
    expect(codesAt('atomic-replace', 20)).toContain('replace-in-progress');
    expect(documentAt('atomic-replace', 38).ghosts.map(({ kind }) => kind)).toEqual([
      'leftover',
      'leftover',
    ]);
  });

  it('force', () => {
    expect(documentAt('force-price', 44).ghosts).toEqual([
      { module: 'livepatch_nfs_fix', refcount: 1, kind: 'pinned' },
    ]);
    expect(codesAt('force-price', 44)).toContain('was-forced');
  });

  it('two vendors', () => {
    expect(codesAt('two-vendors', 20)).toContain('overlap');
    expect(codesAt('two-vendors', 34)).not.toContain('overlap');
  });

  it('a late module', () => {
    expect(codesAt('late-module', 5)).toContain('object-not-loaded');
    expect(codesAt('late-module', 12)).not.toContain('object-not-loaded');
    expect(codesAt('late-module', 25)).toContain('load-refused');
  });

  it('the middle of the stack', () => {
    const active = (seconds: number) =>
      documentAt('middle-of-stack', seconds).functions.map(({ name, active: one }) => [name, one]);
    expect(active(15)).toEqual([
      ['ip_rcv', 'livepatch_2026_04'],
      ['tcp_v4_rcv', 'livepatch_2026_02'],
      ['udp_rcv', 'livepatch_2026_02'],
    ]);
    expect(active(24)).toEqual([
      ['ip_rcv', 'livepatch_2026_04'],
      ['tcp_v4_rcv', 'livepatch_2026_01'],
    ]);
  });

  it('shadow variables', () => {
    expect(codesAt('shadow-leak', 29)).toContain('duplicate-shadow-variable');
    const player = new Player(scenarioOf('shadow-leak'));
    player.advance(29);
    expect(player.kernel.core.shadow.all()).toHaveLength(3);
  });

  it('collection as intended, and as posted', () => {
    const variables = (id: string, seconds: number) => {
      const player = new Player(scenarioOf(id));
      player.advance(seconds);
      return player.kernel.core.shadow.all().length;
    };
    const at = (id: string) => [8, 15, 24, 29].map((seconds) => variables(id, seconds));
    expect(at('collection-at-work')).toEqual([2, 2, 0, 0]);
    expect(at('leak-at-replace')).toEqual([2, 2, 2, 2]);
  });

  it('the older build', () => {
    expect(codesAt('hidden-build', 10)).toContain('shadowed-fix');
    expect(codesAt('hidden-build', 24)).not.toContain('shadowed-fix');
  });

  it('immediate as agreed', () => {
    const player = new Player(scenarioOf('immediate-agreed'));
    player.advance(7);
    const { core } = player.kernel;
    expect(core.patchStateOf(612)).toBe(0);
    expect(core.threads.get(612)?.stack.frames[0]?.module).toBe('livepatch_schedule_fix');
  });

  it('two sets', () => {
    expect(
      documentAt('replace-sets', 12)
        .patches.map(({ name }) => name)
        .sort(),
    ).toEqual(['vendor_a_2', 'vendor_b_1']);
  });

  it('each deviation, by a story that names its rules', () => {
    const told = scenarios.map((scenario) => new Player(scenario).kernel.core.version.deviations);
    expect(new Set(told.flat())).toEqual(new Set(deviationNames));
    for (const scenario of scenarios) {
      const rules = new Player(scenario).rules;
      expect(scenario.story.includes('By rules that no release has')).toBe(rules !== null);
    }
  });

  it('a database', () => {
    expect(documentAt('database', 3.5).transition?.threads.blocking).toBe(3000);
    expect(documentAt('database', 40).transition?.threads).toMatchObject({ blocking: 100 });
    expect(documentAt('database', 64).transitionState).toBe('none');
  });

  it('idle CPUs', () => {
    expect(codesAt('idle-cpus', 30)).toContain('no-visible-blocker');
    expect(documentAt('idle-cpus', 43).transitionState).toBe('none');
  });

  it('an old kernel', () => {
    expect(documentAt('strict-stack', 15).patches.map(({ enabled }) => enabled)).toEqual([
      true,
      false,
    ]);
  });
});

describe('player', () => {
  const play = () => new Player(defaultScenario);

  it('steps, restarts and gives the same again', () => {
    const player = play();
    expect(player.skip()).toBe(true);
    expect(player.position).toBeCloseTo(3);
    while (player.skip()) expect(player.lastStep).not.toBeNull();
    const log = player.kernel.core.messages.toText();
    player.restart();
    expect([player.position, player.lastStep]).toEqual([0, null]);
    while (player.skip()) expect(player.surprises).toEqual([]);
    expect(player.kernel.core.messages.toText()).toBe(log);
  });

  it('lets a person take over, and goes on afterwards', () => {
    const player = play();
    player.advance(5);
    expect(player.takeOver({ do: 'wake', tid: 2417 }).ok).toBe(true);
    player.advance(100);
    expect(player.lastStep?.at).toBe(3);
    player.handBack();
    player.advance(0);
    expect(player.nextStep).toBeNull();
  });
});

describe('a scenario file that is wrong', () => {
  const wrong = (change: (scenario: Record<string, unknown>) => void) => {
    const scenario: Record<string, unknown> = structuredClone({ ...scenarios[0] });
    change(scenario);
    const result = parseScenario(JSON.stringify(scenario), '/tmp/x.json');
    return result.ok ? null : result.problem.message;
  };

  it('says where', () => {
    expect(parseScenario('{', 'x.json')).toMatchObject({ ok: false });
    expect(wrong((scenario) => delete scenario['title'])).toContain('(title): ');
    expect(
      wrong((scenario) => (scenario['steps'] = [{ at: 1, says: 'x', do: [{ do: 'x' }] }])),
    ).toContain('(steps[0].do[0].do): ');
    const steps = [2, 1].map((at) => ({ at, says: 'x', do: [] }));
    expect(wrong((scenario) => (scenario['steps'] = steps))).toContain('not in the order of time');
    expect(wrong((scenario) => (scenario['host'] = { name: 'a', kernel: '2.6' }))).toContain(
      '(host.kernel): ',
    );
  });
});

it('the fleet has twenty hosts, each by its own name', () => {
  expect(new Set(fleet.map(({ name }) => name)).size).toBe(20);
  for (const { name, scenario, from } of fleet) {
    const player = new Player(scenario);
    player.advance(from);
    expect(statusOf(readKernel(player.kernel.core)).host.name).toBe(name);
    expect(player.surprises).toEqual([]);
  }
});
