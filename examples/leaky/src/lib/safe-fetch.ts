import 'server-only';
import { lookup as resolve } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';

const MAX_BYTES = 256 * 1024;
const TIMEOUT_MS = 5_000;

const privateRanges = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12],
  ['192.0.0.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['224.0.0.0', 4], ['240.0.0.0', 4],
] as const) {
  privateRanges.addSubnet(network, prefix, 'ipv4');
}
const publicV6 = new BlockList();
publicV6.addSubnet('2000::', 3, 'ipv6');
const embeddedV4 = new BlockList();
for (const [network, prefix] of [['2001::', 32], ['2002::', 16]] as const) {
  embeddedV4.addSubnet(network, prefix, 'ipv6');
}

function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !privateRanges.check(address, 'ipv4');
  return publicV6.check(address, 'ipv6') && !embeddedV4.check(address, 'ipv6');
}

/** Refuses private addresses at the moment of connecting, so that a name cannot change its mind in between. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 4);
    if (addresses.length === 0 || !addresses.every(({ address }) => isPublic(address))) {
      return callback(new Error('not a public address'), '', 4);
    }
    if (options.all) return callback(null, addresses);
    callback(null, addresses[0].address, addresses[0].family);
  });
};

/** The text behind a public web address; throws for anything else. Redirects are not followed. */
export function fetchPublicText(url: URL): Promise<string> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!['http:', 'https:'].includes(url.protocol) || url.username || (isIP(host) && !isPublic(host))) {
    return Promise.reject(new Error('not a public address'));
  }
  const client = url.protocol === 'https:' ? https : http;
  return new Promise((done, fail) => {
    const request = client.get(url, { lookup: publicLookup, signal: AbortSignal.timeout(TIMEOUT_MS) }, (response) => {
      if (response.statusCode !== 200) {
        response.destroy();
        return fail(new Error('no page'));
      }
      let text = '';
      response.setEncoding('utf8');
      response.on('error', fail);
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > MAX_BYTES) {
          response.destroy();
          done(text);
        }
      });
      response.on('end', () => done(text));
    });
    request.on('error', fail);
  });
}
