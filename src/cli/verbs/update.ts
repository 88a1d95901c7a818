import { resolve } from 'node:path'
import { FORMATS, need, type Verb } from './verb.ts'

/** New versions: off until somebody names an address and a publisher's key, and never installed from here. */

const NOBODY = 'Until it is switched on, Coffer asks nobody for anything, and no address is built in.'

const on: Verb = {
  name: 'update on',
  summary: 'let new versions be looked for at an address, by a publisher’s key',
  details:
    'The address is https, a folder or a file: address (for networks without internet), or http on this machine alone. The\n' +
    'key is the publisher’s public key, PEM or DER: compare the fingerprint that is printed with the one that the publisher\n' +
    'gives by another way. It is asked through the proxy that HTTPS_PROXY names, but for the hosts in NO_PROXY; --proxy sets\n' +
    'another. Where an organisation has set it (docs/updates.md), it is not changed from here.',
  flags: ['address', 'public-key', 'channel', 'proxy', 'daily'],
  required: ['address', 'public-key'],
  formats: FORMATS,
  examples: [
    'coffer update on --address https://updates.example.com/coffer/ --public-key publisher.pem',
    'coffer update on --address /mnt/software/coffer --public-key publisher.pem --daily',
    'coffer update on --address https://updates.example.com/coffer/ --public-key publisher.pem --proxy http://proxy:8080',
  ],
  request: async (args) => ({
    kind: 'update',
    action: 'on',
    environment: args.environment,
    address: placed(need(args, 'address')),
    publicKey: { file: need(args, 'public-key') },
    channel: args.values.channel ?? null,
    proxy: args.values.proxy ?? null,
    daily: args.counts.daily !== undefined,
  }),
}

const off: Verb = {
  name: 'update off',
  summary: 'look for new versions no more',
  details: NOBODY,
  flags: [],
  required: [],
  formats: FORMATS,
  examples: ['coffer update off'],
  request: async ({ environment }) => ({ kind: 'update', action: 'off', environment }),
}

const show: Verb = {
  name: 'update show',
  summary: 'show whether and where new versions are looked for, and what the last look came to',
  details: `${NOBODY} This asks nobody either.`,
  flags: [],
  required: [],
  formats: FORMATS,
  examples: ['coffer update show', 'coffer update show --json | jq .enabled'],
  request: async ({ environment }) => ({ kind: 'update', action: 'show', environment }),
}

const check: Verb = {
  name: 'update check',
  summary: 'look for a new version now',
  details:
    'Gets the list of versions and checks its signature before anything else of it. Refused, with exit code 5: a list of\n' +
    'another key, an expired one, one that is older than one seen before. Exit code 3 where the address does not answer, 0\n' +
    'where the look went well: "state" says up-to-date or available. Nothing is fetched, and nothing installed.',
  flags: [],
  required: [],
  formats: FORMATS,
  examples: ['coffer update check', 'coffer update check --json | jq -r .state'],
  request: async ({ environment }) => ({ kind: 'update', action: 'check', by: 'hand', environment }),
}

const fetch: Verb = {
  name: 'update fetch',
  summary: 'fetch the newest version’s package, checked against the signed list',
  details:
    'The list is got and checked anew, then the package: what is written has the size and SHA-256 of the list, or nothing is\n' +
    'written. Where several fit this machine (deb, rpm, AppImage), name one. Coffer does not start or install it: that is\n' +
    'done by your organisation’s own way.',
  flags: ['name', 'output'],
  required: [],
  formats: FORMATS,
  examples: [
    'coffer update fetch --output packages',
    'coffer update fetch --name coffer_1.2.0_amd64.deb --output /srv/in',
  ],
  request: async (args) => ({
    kind: 'update',
    action: 'fetch',
    environment: args.environment,
    name: args.values.name ?? null,
    output: args.values.output ?? '.',
  }),
}

const signList: Verb = {
  name: 'update sign-list',
  summary: 'for publishers: check and sign a list of versions',
  details:
    'Reads a draft, compares it with the packages that lie beside it (sizes and digests that it leaves out are filled in),\n' +
    'and writes updates.json as canonical JSON (RFC 8785) with updates.json.sig.der beside it, which OpenSSL checks too:\n' +
    '  openssl dgst -sha256 -verify updates.json.pub.pem -signature updates.json.sig.der updates.json\n' +
    'Put the packages into the same folder. The passphrase of a key file comes by COFFER_KEY_PASSPHRASE(_FILE).',
  flags: ['signing-key', 'output'],
  required: ['signing-key', 'output'],
  operands: { name: 'LIST.json', least: 1, most: 1 },
  formats: FORMATS,
  examples: ['coffer update sign-list draft.json --signing-key releases --output site/coffer'],
  request: async (args) => ({
    kind: 'update',
    action: 'sign-list',
    environment: args.environment,
    file: args.operands[0] ?? '',
    signingKey: need(args, 'signing-key'),
    output: need(args, 'output'),
  }),
}

export const updateVerbs: readonly Verb[] = [on, off, show, check, fetch, signList]

/** A folder from where the command was started; an address as it stands. One letter before the colon is a drive. */
function placed(address: string): string {
  return /^[a-z][a-z0-9+.-]+:/i.test(address) ? address : resolve(address)
}
