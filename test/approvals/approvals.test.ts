import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { ApprovalPolicy, DecisionFile, RequestFile } from '../../src/contract/approvals.ts'
import { canonicalJson } from '../../src/contract/canonical-json.ts'
import { isCofferError } from '../../src/contract/errors.ts'
import type { ApprovalsRequest, ConfigSource, JobContext, JobRequest } from '../../src/contract/jobs.ts'
import type { ApprovalsResult } from '../../src/contract/results.ts'
import { actionDigest, exactAction } from '../../src/jobs/approvals/action.ts'
import { signDocument } from '../../src/jobs/approvals/document.ts'
import { admit } from '../../src/jobs/approvals/gate.ts'
import { samePerson } from '../../src/jobs/approvals/people.ts'
import { runApprovals } from '../../src/jobs/approvals/run.ts'
import { runKeys } from '../../src/jobs/keys/run.ts'
import { osUser } from '../../src/journal/chain.ts'
import { openSigner, type Signer } from '../../src/signing/signer.ts'
import { dispatch } from '../../src/worker/dispatch.ts'
import { coffer } from '../cli/program.ts'

const PASSPHRASE = 'correct horse battery staple'
const HOUR_MS = 3_600_000
const context: JobContext = { signal: new AbortController().signal, progress: () => {}, log: () => {} }

let root = ''
let environment: Record<string, string>
let jane: Signer
let john: Signer
let ruth: Signer
const policyPath = () => join(root, 'policy.json')
const folder = () => join(root, 'exchange')

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'coffer-approvals-'))
  environment = {
    COFFER_PROFILE: join(root, 'profile'),
    COFFER_KEY_STORE: 'file',
    COFFER_KEY_PASSPHRASE: PASSPHRASE,
    COFFER_APPROVAL_POLICY: policyPath(),
  }
  await mkdir(folder())
  await writePolicy({ require: [] })
  for (const name of ['jane', 'john', 'ruth']) {
    const owner = `${name} of Example Bank`
    await runKeys(
      { kind: 'keys', action: 'create', environment, name, owner, organisation: null, algorithm: null },
      context,
    )
  }
  jane = await signer('jane')
  john = await signer('john')
  ruth = await signer('ruth')
})
after(() => rm(root, { recursive: true, force: true }))

function signer(key: string): Promise<Signer> {
  const nothing = {
    private_key_path: null,
    public_key_path: null,
    certificate_path: null,
    crl_path: null,
    passphrase: null,
    timestamp_url: null,
    timestamp_ca_path: null,
    signer_name: null,
    signer_role: null,
    meaning: null,
  }
  return openSigner({ enabled: true, key, ...nothing }, { environment, profile: environment.COFFER_PROFILE ?? '' })
}

async function writePolicy(more: Partial<ApprovalPolicy>): Promise<ApprovalPolicy> {
  const policy: ApprovalPolicy = {
    format: 'coffer-approval-policy/1',
    require: ['restore', 'hold-lift', 'keys', 'retention'],
    production: [],
    people: [],
    folder: folder(),
    valid_hours: 24,
    ...more,
  }
  await writeFile(policyPath(), JSON.stringify(policy))
  return policy
}

/** Jane may ask and approve, John may approve, Ruth may only ask. */
const people = (): ApprovalPolicy['people'] => [
  { name: 'Jane', key_id: jane.keyId, may: ['request', 'approve'] },
  { name: 'John', key_id: john.keyId, may: ['approve'] },
  { name: 'Ruth', key_id: ruth.keyId, may: ['request'] },
]

const keysJob = (name: string): JobRequest => ({
  kind: 'keys',
  action: 'create',
  environment,
  name,
  owner: null,
  organisation: null,
  algorithm: null,
})
const wanted = (name: string) => ({ kind: 'keys', action: 'create', name }) as const

async function run(request: ApprovalsRequest): Promise<ApprovalsResult> {
  return (await runApprovals({ kind: 'approvals', environment, ...request }, context)).result
}
const ask = async (name: string, signingKey: string | null = null) => {
  const result = await run({ action: 'request', wanted: wanted(name), reason: 'next year', signingKey, output: null })
  return result.entries[0]?.file ?? ''
}
const decide = (file: string, signingKey: string, action: 'approve' | 'reject' = 'approve') =>
  run({ action, file, signingKey, note: null })
const code = (expected: string, words: RegExp) => (error: unknown) => {
  assert.ok(isCofferError(error), String(error))
  assert.equal(error.code, expected, error.message)
  assert.match(error.message, words)
  return true
}

/** A request as another OS user of another machine would have made it. */
async function askedBy(os_user: string, name: string, hours = 1, by: Signer | null = null): Promise<string> {
  const action = await exactAction(wanted(name), environment)
  const now = Date.now()
  const document: RequestFile['document'] = {
    format: 'coffer-approval-request/1',
    id: crypto.randomUUID(),
    action,
    action_sha256: actionDigest(action),
    reason: 'r',
    requester: { os_user, host: 'other', name: null, key_id: by?.keyId ?? null },
    requested_at: new Date(now - (hours > 0 ? 0 : 2 * HOUR_MS)).toISOString(),
    expires_at: new Date(now + hours * HOUR_MS).toISOString(),
  }
  const path = join(folder(), `${document.id}.request.json`)
  const signature = by === null ? null : await signDocument(document, by)
  await writeFile(path, canonicalJson({ document, signature }))
  return path
}

/** What the approver's own machine would have written, under another OS user there. */
async function approvedElsewhere(
  requestPath: string,
  by: Signer,
  change: (decision: DecisionFile['document']) => void = () => {},
): Promise<string> {
  const { document: request } = JSON.parse(await readFile(requestPath, 'utf8')) as RequestFile
  const document: DecisionFile['document'] = {
    format: 'coffer-approval/1',
    decision: 'approved',
    request,
    approver: { os_user: 'somebody-else', host: 'there', name: by.name, key_id: by.keyId },
    decided_at: new Date().toISOString(),
    note: null,
  }
  change(document)
  const path = requestPath.replace('.request.json', '.approval.json')
  await writeFile(path, canonicalJson({ document, signature: await signDocument(document, by) }))
  return path
}

describe('four eyes', () => {
  test('without a policy, or where it asks for nothing, everything passes', async () => {
    await writePolicy({ require: [] })
    assert.equal(await admit(keysJob('x'), context), null)
    await writePolicy({ require: ['restore'] })
    assert.equal(await admit(keysJob('x'), context), null)
    assert.equal(await admit({ kind: 'keys', action: 'list', environment }, context), null)
  })

  test('the engine itself refuses without an approval, and goes on with one, once', async () => {
    await writePolicy({ people: people() })
    const needed = code('APPROVAL_NEEDED', /^to create the signing key "next" needs the approval of a second person$/)
    await assert.rejects(dispatch(keysJob('next'), context), needed)
    const request = await ask('next')
    await assert.rejects(dispatch(keysJob('next'), context), needed)
    await approvedElsewhere(request, john)
    const other = code('APPROVAL_NEEDED', /"another"/)
    await assert.rejects(dispatch(keysJob('another'), context), other)
    const done = await dispatch(keysJob('next'), context)
    assert.equal(done.exitCode, 0)
    const spent = code('APPROVAL_REFUSED', /does not hold: it has been used/)
    await assert.rejects(dispatch(keysJob('next'), context), spent)
    // the marks of its use removed: the journal still has it
    for (const name of await readdir(folder())) if (/\.(used|done)\.json$/.test(name)) await rm(join(folder(), name))
    await assert.rejects(dispatch(keysJob('next'), context), spent)
    const journal = await readFile(join(root, 'profile/activity/activity.ndjson'), 'utf8')
    assert.match(journal, /"action":"approval used"/)
    assert.match(journal, /"action":"approval spent"/)
    const { entries } = await run({ action: 'list' })
    assert.equal(
      entries.find((one) => one.request.action.facts.name === 'next')?.decision?.certificate,
      'john of Example Bank',
    )
  })

  test('the same person twice is refused: by key, by name, by OS user', async () => {
    const policy = await writePolicy({ people: people() })
    const me = osUser()
    // no key at all: nothing tells the two apart
    const bare = await ask('twice')
    await assert.rejects(decide(bare, 'john'), code('APPROVAL_REFUSED', new RegExp(`"${me}" asks and approves`)))
    // the same key
    const signed = await ask('twice', 'jane')
    await assert.rejects(decide(signed, 'jane'), code('APPROVAL_REFUSED', /with the same key/))
    // another key of the same person
    await writePolicy({
      people: [
        ...people().filter(({ name }) => name !== 'John'),
        { name: 'Jane', key_id: john.keyId, may: ['approve'] },
      ],
    })
    await assert.rejects(decide(signed, 'john'), code('APPROVAL_REFUSED', /both keys are those of Jane/))
    // another key that nobody knows does not make a second person of the one who asks
    const stranger = await ask('twice', 'ruth')
    await writePolicy({ people: people().filter(({ name }) => name !== 'Ruth') })
    await assert.rejects(decide(stranger, 'john'), code('APPROVAL_REFUSED', /asks and approves/))
    // two known keys under one OS user are two people
    await writePolicy({ people: people() })
    const fine = await decide(signed, 'john')
    assert.equal(fine.entries[0]?.state, 'approved')
    // the engine looks again: a decision made with a program that doesn't check
    const forged = await askedBy(me, 'twice-2')
    await approvedElsewhere(forged, john, (decision) => {
      decision.approver.os_user = me
    })
    await assert.rejects(dispatch(keysJob('twice-2'), context), code('APPROVAL_REFUSED', /asks and approves/))
    const two = { os_user: 'a', host: 'h', name: null, key_id: null }
    assert.equal(samePerson(two, { ...two, os_user: 'b', key_id: john.keyId }, policy), null)
    assert.notEqual(samePerson(two, { ...two, os_user: 'A', key_id: john.keyId }, policy), null)
  })

  test('only whoever the policy names may approve; a rejection and an expiry hold', async () => {
    await writePolicy({ people: people() })
    const request = await askedBy('pat', 'who')
    await assert.rejects(decide(request, 'ruth'), code('APPROVAL_REFUSED', /Ruth may not approve/))
    await writePolicy({ people: [] })
    await assert.rejects(decide(request, 'john'), code('APPROVAL_REFUSED', /the policy knows no key/))
    await writePolicy({ people: people() })
    const rejected = await decide(request, 'john', 'reject')
    assert.equal(rejected.entries[0]?.state, 'rejected')
    await assert.rejects(decide(request, 'jane'), code('OBJECT_EXISTS', /already/))

    const late = await askedBy('pat', 'late', -1)
    await assert.rejects(decide(late, 'john'), code('APPROVAL_REFUSED', /it was good until/))
    const mine = await askedBy(osUser(), 'late-2', -1)
    await approvedElsewhere(mine, john)
    await assert.rejects(dispatch(keysJob('late-2'), context), code('APPROVAL_REFUSED', /it was good until/))
    const long = await askedBy(osUser(), 'long', 48)
    await approvedElsewhere(long, john)
    await assert.rejects(dispatch(keysJob('long'), context), code('APPROVAL_REFUSED', /longer than the 24 hours/))
    const theirs = await askedBy('pat', 'theirs')
    await approvedElsewhere(theirs, john)
    await assert.rejects(dispatch(keysJob('theirs'), context), code('APPROVAL_REFUSED', /it was given to "pat"/))
    const no = await askedBy(osUser(), 'no')
    await approvedElsewhere(no, john, (decision) => {
      decision.decision = 'rejected'
    })
    await assert.rejects(dispatch(keysJob('no'), context), code('APPROVAL_REFUSED', /John rejected it/))
  })

  test('every field that is changed after the signature is noticed', async () => {
    await writePolicy({ people: people() })
    const path = await approvedElsewhere(await askedBy(osUser(), 'fields'), john)
    const good = await readFile(path, 'utf8')
    const job: JobRequest = { ...keysJob('fields'), approval: path }
    let tried = 0
    const walk = async (value: unknown, place: (string | number)[]): Promise<void> => {
      if (typeof value === 'object' && value !== null) {
        for (const [name, inner] of Object.entries(value)) await walk(inner, [...place, name])
        return
      }
      const file = JSON.parse(good) as Record<string, unknown>
      const parent = place.slice(0, -1).reduce((object, name) => object[name] as Record<string, unknown>, file)
      const name = place.at(-1) as string
      parent[name] =
        typeof value === 'string' ? `${value.slice(0, -1)}${value.endsWith('b') ? 'c' : 'b'}` : value === null ? 'x' : 1
      await writeFile(path, canonicalJson(file))
      await assert.rejects(
        dispatch(job, context),
        (error) => isCofferError(error, 'APPROVAL_REFUSED', 'CONFIG_UNREADABLE'),
        place.join('.'),
      )
      tried++
    }
    await walk(JSON.parse(good), [])
    assert.ok(tried > 20, `${tried}`)
    await writeFile(path, good)
    assert.equal((await dispatch(job, context)).exitCode, 0)
  })

  test('where a restore needs a second person, consumer groups are not moved past it', async () => {
    await writePolicy({ people: people(), production: ['kafka-prod-*'] })
    const at = (host: string) => ({
      environment,
      archive: { path: root },
      cluster: { text: JSON.stringify({ target: { bootstrap_servers: [host] } }), name: 'x', directory: '/' },
    })
    const reset = (host: string, action: 'execute' | 'plan'): JobRequest => {
      const what = { action, backupId: 'a', restoreId: null, groups: ['g'], output: null }
      return { kind: 'offset-reset', ...at(host), ...what }
    }
    const back = (host: string, dryRun: boolean): JobRequest => {
      return { kind: 'offset-rollback', ...at(host), action: 'rollback', snapshotId: 'snap-1', dryRun }
    }
    for (const request of [reset('kafka-prod-1:9092', 'execute'), back('kafka-prod-1:9092', false)]) {
      await assert.rejects(dispatch(request, context), (error) => isCofferError(error, 'APPROVAL_NEEDED'))
    }
    for (const request of [
      ...[reset('kafka-prod-1:9092', 'plan'), back('kafka-prod-1:9092', true)],
      ...[reset('kafka-test:9092', 'execute'), back('kafka-test:9092', false)],
    ]) {
      assert.equal(await admit(request, context), null)
    }
  })

  test('a restore: bound to the file, to what it resolves to and to the target; dry runs pass', async () => {
    await writePolicy({ people: people(), production: ['kafka-prod-*', '*.internal:9092'] })
    const config = (broker: string, id = 'ledger'): ConfigSource => ({
      text: `mode: restore\nbackup_id: ${id}\ntarget:\n  bootstrap_servers: [${broker}]\nstorage:\n  backend: filesystem\n  path: ${root}/none\nrestore: {}\n`,
      name: 'restore.yaml',
      directory: root,
    })
    const job = (source: ConfigSource, more: Record<string, string> = {}): JobRequest => ({
      kind: 'restore',
      environment: { ...environment, ...more },
      config: source,
      dryRun: false,
    })
    assert.equal(await admit(job(config('kafka-test:9092')), context), null)
    assert.equal(await admit({ ...job(config('kafka-prod-1:9092')), dryRun: true } as JobRequest, context), null)
    await assert.rejects(
      admit(job(config('kafka-prod-1:9092')), context),
      code('APPROVAL_NEEDED', /into the cluster at kafka-prod-1:9092/),
    )
    await assert.rejects(admit(job(config('x.internal:9092')), context), code('APPROVAL_NEEDED', /x\.internal/))

    const source = config('kafka-prod-1:9092', '"$' + '{ID}"')
    const asked = await runApprovals(
      {
        kind: 'approvals',
        action: 'request',
        environment: { ...environment, ID: 'ledger' },
        wanted: { kind: 'restore', config: source },
        reason: 'drill',
        signingKey: null,
        output: null,
      },
      context,
    )
    const path = await approvedElsewhere(asked.result.entries[0]?.file ?? '', john)
    const given = (request: JobRequest) => admit({ ...request, approval: path }, context)
    await assert.rejects(
      given(job(source, { ID: 'other' })),
      code('APPROVAL_REFUSED', /something else \(backup_id, resolved_sha256\)/),
    )
    await assert.rejects(given(job(config('kafka-prod-2:9092'), { ID: 'ledger' })), code('APPROVAL_REFUSED', /target/))
    const first = await given(job(source, { ID: 'ledger' }))
    assert.ok(first !== null)
    // cut off and started again: it is the same restore
    const second = await admit(job(source, { ID: 'ledger' }), context)
    await second?.done()
    await assert.rejects(given(job(source, { ID: 'ledger' })), code('APPROVAL_REFUSED', /what it allowed is done/))
  })

  test('a policy that can not be read stops what it may be about', async () => {
    await rm(policyPath())
    await assert.rejects(admit(keysJob('x'), context), code('CONFIG_UNREADABLE', /no such file/))
    await writeFile(policyPath(), '{"format":"coffer-approval-policy/1"}')
    await assert.rejects(admit(keysJob('x'), context), code('CONFIG_INVALID_VALUE', /"require"/))
  })

  test('by the command line: exit code 2 with the way on, then approved and verified', async () => {
    await writePolicy({ people: people() })
    const refused = await coffer(['keys', 'create', '--name', 'cli'], { environment })
    assert.equal(refused.code, 2)
    assert.match(refused.err, /\[APPROVAL_NEEDED\]\nhint: +Ask for one: "coffer approvals request keys-create"/)
    const asked = await coffer(
      [
        'approvals',
        'request',
        'keys-create',
        '--name',
        'cli',
        '--reason',
        'next year',
        '--signing-key',
        'ruth',
        '--json',
      ],
      { environment },
    )
    assert.equal(asked.code, 0, asked.err)
    const [entry] = (JSON.parse(asked.out) as ApprovalsResult).entries
    const own = await coffer(['approvals', 'approve', entry?.file ?? '', '--signing-key', 'ruth'], { environment })
    assert.deepEqual([own.code, own.err.includes('[APPROVAL_REFUSED]')], [5, true])
    const approved = await coffer(['approvals', 'approve', entry?.file ?? '', '--signing-key', 'john'], { environment })
    assert.equal(approved.code, 0, approved.err)
    const file = (entry?.file ?? '').replace('.request.json', '.approval.json')
    const verified = await coffer(['approvals', 'verify', file], { environment })
    assert.equal(verified.code, 0, verified.out)
    assert.match(verified.out, /^approved: create the signing key "cli"/)
    assert.equal((await coffer(['keys', 'create', '--name', 'cli', '--quiet'], { environment })).code, 0)
    const list = await coffer(['approvals', 'list'], { environment })
    assert.match(list.out, /used: create the signing key "cli"/)
    assert.equal((await coffer(['approvals', 'verify', file], { environment })).code, 5)
  })
})
