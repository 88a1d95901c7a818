import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ACTIVITY_ACTIONS, DRY_RUN } from '../../src/contract/activity-actions.ts'
import type { JobRequest } from '../../src/contract/jobs.ts'
import { OWN_ACTIONS } from '../../src/journal/activity/line.ts'
import { activityOf } from '../../src/worker/activity-facts.ts'

type Kind = JobRequest['kind']

/** What may be asked of each kind of job; a new kind is an error of types until it stands here. */
const ASKED: Record<Kind, readonly string[]> = {
  backup: [],
  restore: [],
  'snapshot-groups': [],
  check: [],
  topics: [],
  'storage-lock': [],
  validate: [],
  list: [],
  describe: [],
  status: [],
  groups: [],
  'show-offset-mapping': [],
  overview: [],
  controls: [],
  validation: [],
  extract: [],
  preview: [],
  'package-records': [],
  timeline: [],
  verify: [],
  'evidence-list': [],
  'evidence-get': [],
  'evidence-verify': [],
  'evidence-timestamp': [],
  keys: ['create', 'list', 'import', 'export-public', 'revoke'],
  custody: [],
  'monthly-report': [],
  schedule: ['add', 'set', 'list', 'remove', 'pause', 'resume', 'history', 'export', 'run'],
  activity: ['list', 'verify', 'export'],
  hold: ['place', 'lift', 'list', 'overview'],
  retention: ['extend'],
  'offset-reset': ['plan', 'execute', 'script'],
  'offset-rollback': ['snapshot', 'list', 'show', 'rollback', 'verify', 'delete'],
  approvals: ['request', 'list', 'approve', 'reject', 'verify'],
  update: ['on', 'off', 'show', 'check', 'fetch', 'sign-list'],
}

const asked = Object.entries(ASKED).flatMap(([kind, actions]) =>
  (actions.length === 0 ? [undefined] : actions).flatMap((action) =>
    [false, true].flatMap((dryRun) =>
      [null, { action: 'viewed' }].map((append) => {
        const config = { text: '', name: 'a.yaml', directory: '.' }
        const fields = { config, dryRun, append, ...(action === undefined ? {} : { action }) }
        // A schedule's request stands one level deeper.
        return {
          kind,
          environment: {},
          ...(kind === 'schedule' ? { request: fields } : fields),
        } as unknown as JobRequest
      }),
    ),
  ),
)

test('every job has its name on the list of actions', () => {
  const found = new Set(asked.map((request) => activityOf(request)?.action.replace(DRY_RUN, '')))
  const missing = [...found].filter(
    (one) => one !== undefined && !(ACTIVITY_ACTIONS as readonly string[]).includes(one),
  )
  assert.deepEqual(missing, [])
  assert.ok(found.size > 30, `${found.size} actions`)
})

test('what the journal says of itself is on the list, and nothing twice', () => {
  for (const action of Object.values(OWN_ACTIONS)) assert.ok(ACTIVITY_ACTIONS.includes(action), action)
  assert.equal(new Set(ACTIVITY_ACTIONS).size, ACTIVITY_ACTIONS.length)
})

for (const language of ['en', 'de']) {
  test(`the window has words for each, and no others: ${language}`, () => {
    const url = new URL(`../../src/renderer/locales/${language}/activity.json`, import.meta.url)
    const { action } = JSON.parse(readFileSync(url, 'utf8')) as { action: Record<string, string> }
    assert.deepEqual(Object.keys(action).sort(), [...ACTIVITY_ACTIONS].sort())
    assert.equal(new Set(Object.values(action)).size, ACTIVITY_ACTIONS.length, 'two actions share their words')
  })
}
