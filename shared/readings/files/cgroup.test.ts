import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unitOfCgroup } from './cgroup';

const id = '3f2a9c1b0d4e5f60718293a4b5c6d7e8f90123456789abcdef0123456789abcd';
const pod = 'pod0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';

describe('unitOfCgroup', () => {
  it.each([
    ['/system.slice/cron.service', 'cron.service'],
    ['/user.slice/user-1000.slice/session-3.scope', 'session-3.scope'],
    ['/user.slice/user-1000.slice/user@1000.service/app.slice/app-a.scope', 'app-a.scope'],
    ['/init.scope', 'init.scope'],
    ['/system.slice/cron.service (deleted)', 'cron.service'],
    ['/system.slice/cron.service/supervisor', 'cron.service'],
    [`/system.slice/docker-${id}.scope`, 'docker 3f2a9c1b0d4e'],
    [`/docker/${id}`, 'docker 3f2a9c1b0d4e'],
    [`/machine.slice/libpod-${id}.scope/container`, 'podman 3f2a9c1b0d4e'],
    [`/system.slice/web.service/libpod-payload-${id}`, 'podman 3f2a9c1b0d4e'],
    [`/kubepods.slice/kubepods-${pod}.slice/cri-containerd-${id}.scope`, 'containerd 3f2a9c1b0d4e'],
    [`/kubepods.slice/kubepods-${pod}.slice/crio-${id}.scope`, 'cri-o 3f2a9c1b0d4e'],
    [`/system.slice/containerd.service/k.slice:cri-containerd:${id}`, 'containerd 3f2a9c1b0d4e'],
    [`/kubepods/besteffort/${pod}/${id}`, 'kubernetes 3f2a9c1b0d4e'],
    [`/ecs/task/${id}`, 'container 3f2a9c1b0d4e'],
    ['/lxc.payload.web', 'lxc web'],
    ['/lxc/web', 'lxc web'],
    ['/lxc.payload/web', 'lxc web'],
    [
      String.raw`/machine.slice/machine-qemu\x2d3\x2dweb.scope/libvirt/emulator`,
      String.raw`machine-qemu\x2d3\x2dweb.scope`,
    ],
    [
      String.raw`/system.slice/systemd-fsck@dev-disk\x2duuid.service`,
      String.raw`systemd-fsck@dev-disk\x2duuid.service`,
    ],
    ['/lxc.payload.web/system.slice/nginx.service', 'nginx.service in lxc web'],
    [`/docker/${id}/init.scope`, 'init.scope in docker 3f2a9c1b0d4e'],
    [
      `/docker/${id}/kubelet.slice/cri-containerd-${'0'.repeat(64)}.scope`,
      'containerd 000000000000',
    ],
    [
      '/machine.slice/systemd-nspawn@a.service/payload/system.slice/b.service',
      'b.service in systemd-nspawn@a.service',
    ],
  ])('names %s', (path, unit) => {
    expect(unitOfCgroup(`0::${path}\n`)).toBe(unit);
    expect(unitOfCgroup(`4:memory:/\n1:name=systemd:${path}\n`)).toBe(unit);
  });

  it.each(['/', '/system.slice', '/user.slice/user-0.slice', '/.service', '/machine', '/docker'])(
    'has no name for %s',
    (path) => {
      expect(unitOfCgroup(`0::${path}\n`)).toBeNull();
    },
  );

  it("prefers systemd's hierarchy, then version 2, then any other", () => {
    const memory = `7:memory:/docker/${id}\n`;
    const unified = '0::/system.slice/b.service\n';
    const systemd = '1:name=systemd:/system.slice/a.service\n';
    expect(unitOfCgroup(memory + unified + systemd)).toBe('a.service');
    expect(unitOfCgroup(memory + unified)).toBe('b.service');
    expect(unitOfCgroup(`${memory}0::/\n`)).toBe('docker 3f2a9c1b0d4e');
  });

  it.each(['', '\n', '0:', '0::', 'cron.service', '0::cron.service'])(
    'finds none in %j',
    (text) => {
      expect(unitOfCgroup(text)).toBeNull();
    },
  );

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(() => unitOfCgroup(text)).not.toThrow();
        expect(() => unitOfCgroup(`0::/${text}.service`)).not.toThrow();
      }),
    );
  });
});
