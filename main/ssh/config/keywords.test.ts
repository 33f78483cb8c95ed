/** The table of keywords against OpenSSH's own lists. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { keywordRule } from './keywords';

/** Of OpenSSH 10.5p1, August 2026: the names in `keywords[]` of readconf.c, those of old included. */
const newest = `
  addkeystoagent addressfamily afstokenpassing batchmode bindaddress bindinterface
  canonicaldomains canonicalizefallbacklocal canonicalizehostname canonicalizemaxdots
  canonicalizepermittedcnames casignaturealgorithms certificatefile
  challengeresponseauthentication channeltimeout checkhostip cipher ciphers clearallforwardings
  compression compressionlevel connectionattempts connecttimeout controlmaster controlpath
  controlpersist dsaauthentication dynamicforward enableescapecommandline enablesshkeysign
  escapechar exitonforwardfailure fallbacktorsh fingerprinthash forkafterauthentication
  forwardagent forwardx11 forwardx11timeout forwardx11trusted gatewayports globalknownhostsfile
  globalknownhostsfile2 gssapiauthentication gssapidelegatecredentials hashknownhosts host
  hostbasedacceptedalgorithms hostbasedauthentication hostbasedkeytypes hostkeyalgorithms
  hostkeyalias hostname identitiesonly identityagent identityfile identityfile2 ignoreunknown
  include ipqos kbdinteractiveauthentication kbdinteractivedevices keepalive
  kerberosauthentication kerberostgtpassing kexalgorithms knownhostscommand localcommand
  localforward loglevel logverbose macs match nohostauthenticationforlocalhost
  numberofpasswordprompts obscurekeystroketiming passwordauthentication permitlocalcommand
  permitremoteopen pkcs11provider port preferredauthentications protocol proxycommand proxyjump
  proxyusefdpass pubkeyacceptedalgorithms pubkeyacceptedkeytypes pubkeyauthentication
  refuseconnection rekeylimit remotecommand remoteforward requesttty requiredrsasize
  revokedhostkeys rhostsauthentication rhostsrsaauthentication rsaauthentication
  securitykeyprovider sendenv serveralivecountmax serveraliveinterval sessiontype setenv
  skeyauthentication smartcarddevice stdinnull streamlocalbindmask streamlocalbindunlink
  stricthostkeychecking syslogfacility tag tcpkeepalive tisauthentication tunnel tunneldevice
  updatehostkeys useprivilegedport user userknownhostsfile userknownhostsfile2 useroaming usersh
  verifyhostkeydns versionaddendum visualhostkey warnweakcrypto xauthlocation
`;

/** Debian's manual of OpenSSH 9.2, which slim images leave out. */
const manual = '/usr/share/man/man5/ssh_config.5.gz';

function lacking(keywords: readonly string[]): string[] {
  return keywords.filter((keyword) => keywordRule(keyword) === null);
}

describe('the table of keywords', () => {
  it('has all that the newest OpenSSH reads', () => {
    const keywords = newest.trim().split(/\s+/);
    expect(keywords.length).toBeGreaterThan(100);
    expect(lacking(keywords)).toEqual([]);
  });

  it.skipIf(!existsSync(manual))('has all that Debian’s manual names', () => {
    const page = gunzipSync(readFileSync(manual)).toString();
    const keywords = [...page.matchAll(/^\.It Cm ([A-Z]\w+)/gm)].map(([, name = '']) => name);
    expect(keywords.length).toBeGreaterThan(90);
    expect(lacking(keywords)).toEqual([]);
  });

  it('has all that this machine’s ssh prints', () => {
    const printed = execFileSync('ssh', ['-G', '-F', '/dev/null', 'db1'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const keywords = printed
      .toString()
      .split('\n')
      .flatMap((line) => line.split(' ')[0] || []);
    expect(keywords.length).toBeGreaterThan(50);
    expect(lacking(keywords)).toEqual([]);
  });

  it('knows old names by their new ones, and lacks what nobody has heard of', () => {
    expect(keywordRule('ChallengeResponseAuthentication')).toBe('honoured');
    expect(keywordRule('SmartcardDevice')).toMatchObject({ need: 'pkcs11' });
    expect(keywordRule('PermitTimeTravel')).toBeNull();
    expect(keywordRule('constructor')).toBeNull();
  });
});
