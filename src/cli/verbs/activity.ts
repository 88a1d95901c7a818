import { type ActivityFilter, EVERYTHING } from '../../contract/activity.ts'
import { FORMATS, limitOf, need, timeOf, type Verb, type VerbArguments } from './verb.ts'

/** The journal of what was done in this profile. */

const FILTERS = ['from', 'to', 'who', 'action', 'search', 'failed'] as const

const list: Verb = {
  name: 'activity list',
  summary: 'show what was done here, by whom and with what result',
  details:
    'Everything that the window, the command line and schedules did in this profile, newest first: jobs with their end,\n' +
    'changes with what was before and after. COFFER_OPERATOR names the person, where the OS user does not.',
  flags: [...FILTERS, 'limit'],
  required: [],
  formats: FORMATS,
  examples: [
    'coffer activity list',
    'coffer activity list --who jane --from 2026-11-01T00:00:00Z --action restore',
    'coffer activity list --failed --limit 10 --json',
  ],
  request: async (args) => ({
    kind: 'activity',
    action: 'list',
    environment: args.environment,
    filter: filterOf(args),
    limit: limitOf(args),
  }),
}

const verify: Verb = {
  name: 'activity verify',
  summary: 'check that no entry of the journal was changed, removed, put in or moved',
  details:
    'Every line holds the hash of the one before, and is signed with a key of the profile, which is kept in the keychain\n' +
    'or encrypted. A line that is not as it was written is named by its number: exit code 5. Where nothing can vouch for\n' +
    'the lines, exit code 6 and the reason. With --file an exported journal is checked, by --public-key alone.',
  flags: ['file', 'public-key'],
  required: [],
  formats: FORMATS,
  examples: [
    'coffer activity verify',
    'coffer activity verify --file activity-2026.ndjson --public-key activity-2026.ndjson.pub.pem',
  ],
  request: async (args) => ({
    kind: 'activity',
    action: 'verify',
    environment: args.environment,
    file: args.values.file ?? null,
    publicKey: args.values['public-key'] ?? null,
  }),
}

const exported: Verb = {
  name: 'activity export',
  summary: 'write the journal, or a part of it, into a new file',
  details:
    'A name that ends in ".csv" gives a table for a spreadsheet. Any other gives the lines as they stand, and beside them\n' +
    'the public keys ("FILE.pub.pem"): somebody else can check a whole journal with "coffer activity verify --file".\n' +
    'Note the last line that is printed: with it, lines cut off later are noticed. The export itself is recorded.',
  flags: [...FILTERS, 'output'],
  required: ['output'],
  formats: FORMATS,
  examples: [
    'coffer activity export --output activity-2026.ndjson',
    'coffer activity export --output november.csv --from 2026-11-01T00:00:00Z --to 2026-11-30T23:59:59Z',
  ],
  request: async (args) => ({
    kind: 'activity',
    action: 'export',
    environment: args.environment,
    filter: filterOf(args),
    output: need(args, 'output'),
  }),
}

export const activityVerbs: readonly Verb[] = [list, verify, exported]

function filterOf(args: VerbArguments): ActivityFilter {
  const { values, counts } = args
  return {
    ...EVERYTHING,
    from: timeOf(args, 'from'),
    to: timeOf(args, 'to'),
    who: values.who ?? null,
    action: values.action ?? null,
    text: values.search ?? null,
    result: counts.failed === undefined ? null : 'failed',
  }
}
