// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the files' variables are spelled so
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadExtract } from '../../src/contract/config/extract.ts'
import { withOutput } from '../../src/contract/config/extract-output.ts'
import { loadConfig } from '../../src/contract/config/load.ts'
import { loadEvidence } from '../../src/contract/config/load-evidence.ts'
import { loadValidation } from '../../src/contract/config/load-validation.ts'
import { parseLocation } from '../../src/contract/config/location.ts'
import { loadSection } from '../../src/contract/config/section.ts'
import { CofferError, ERROR_EXIT } from '../../src/contract/errors.ts'
import { EXIT } from '../../src/contract/exit-codes.ts'
import { seededRandom } from '../rig/random.ts'
import { SEED_DOCUMENTS } from './seeds.ts'

const BUDGET_MS = Number(process.env.COFFER_FUZZ_MS ?? 1500)
const SEED = 20261127
const NASTY = [
  ...['', 'null', '~', '[]', '{}', '-1', '0', '99999999999999999999', '1e309', 'NaN', '"\\u0000"', '"\\ud800"'],
  ...['__proto__', 'constructor', '[[[]]]', '{a: {b: c}}', '${X', '${DATE}', '&a [*a]', '!specific {a: 1}'],
  ...['!!binary abc', '<<: *x', '2026-02-30T00:00:00Z', '8640000000000000', '-8640000000000000', '~(', '~[z-a]'],
  ...[
    's3://',
    'http://[',
    'https://a b',
    "'",
    '"',
    '|',
    '>',
    '? x',
    'a: b: c',
    '\t',
    '1_000',
    '0x10',
    'x'.repeat(5000),
  ],
]

/** A file with one to three slips of the hand. */
function slipped(text: string, random: () => number): string {
  const lines = text.split('\n')
  const some = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  for (let slips = 1 + Math.floor(random() * 3); slips > 0; slips--) {
    const at = Math.floor(random() * lines.length)
    const line = lines[at] ?? ''
    const column = Math.floor(random() * line.length)
    const letter = String.fromCharCode(32 + Math.floor(random() * 95))
    const slip = some([
      () => [line.replace(/:.*/, `: ${some(NASTY)}`)],
      () => [],
      () => [line.replace(/[\w-]+(?=:)/, some(NASTY))],
      () => [line.slice(0, column) + letter + line.slice(column + 1)],
      () => [line, some(lines)],
      () => [line.replace(/^\s*/, ' '.repeat(Math.floor(random() * 8)))],
    ])
    lines.splice(at, 1, ...slip())
  }
  return lines.join('\n')
}

/** Every reader of configuration files, and of a place: refuses with a code, or takes it. */
function readAll(text: string, place: string, round: string): void {
  const source = { text, name: 'f.yaml', directory: '/' }
  for (const load of [
    () => loadConfig(source, {}, 'any'),
    () => loadValidation(source, {}),
    () => loadExtract(source, {}),
    () => loadExtract(withOutput(source, 'x.zip'), {}),
    () => loadEvidence(source, {}),
    () => loadSection(source, {}),
    () => parseLocation(place),
  ]) {
    try {
      load()
    } catch (error) {
      if (!(error instanceof CofferError)) throw new Error(`${round}: ${text}\n${place}`, { cause: error })
      assert.equal(ERROR_EXIT[error.code], EXIT.usage, `${round}: ${error.message}`)
      assert.match(error.message, /^(f\.yaml:|expected )[^\n]*[^.]$/, round)
    }
  }
}

async function files(): Promise<string[]> {
  const guide = await readFile(join(import.meta.dirname, '../../docs/configuration.md'), 'utf8')
  const extraction = /^mode: extract[\s\S]*?^output.*$/m.exec(guide)?.[0] ?? assert.fail('the guide shows one')
  return [VALIDATION, extraction, ...SEED_DOCUMENTS.map(({ text }) => text)]
}

test('each key at the top of a file with a value of another kind: taken or refused with a code, in one sentence', async () => {
  for (const text of (await files()).slice(0, 2)) {
    for (const [, key = ''] of text.matchAll(/^(\w+):/gm)) {
      for (const nasty of ['~', '[]', '{}', '[[x]]', '{a: {b: c}}', '!specific {a: 1}', '&a [*a]']) {
        readAll(
          text.replace(new RegExp(`^${key}:.*\\n(?:[ -].*\\n)*`, 'm'), `${key}: ${nasty}\n`),
          nasty,
          `${key}: ${nasty}`,
        )
      }
    }
  }
})

test('fuzz: files with slips of the hand are taken or refused with a code, in one sentence', async () => {
  const texts = await files()
  const end = Date.now() + BUDGET_MS
  let n = 0
  // so many also where the machine has much else to do
  for (; n <= 50 || Date.now() < end; n++) {
    const random = seededRandom(SEED + n)
    const text = slipped(texts[n % texts.length] as string, random)
    readAll(text, NASTY.filter(() => random() < 0.08).join(''), `round ${n}`)
  }
  assert.ok(n > 50, `only ${n} rounds`)
})

const VALIDATION = `backup_id: weekly
storage: s3://sox-compliance-backups/production?region=us-east-1
target:
  bootstrap_servers: ["validation-kafka:9092"]
restore:
  topic_mapping: {a: b}
  time_window_end: 2026-01-01T00:00:00Z
checks:
  content: {enabled: true, topics: [a], sample_percentage: 50}
  message_count: {enabled: true, mode: exact, fail_threshold: 0}
  custom_webhooks:
    - {name: x, url: "https://a.b/c", timeout_seconds: 5}
evidence:
  formats: [json, pdf]
  signing:
    enabled: true
    private_key_path: /etc/key.pem
  storage:
    prefix: evidence-reports/sox/
    retention_days: 2555
notifications:
  slack: {webhook_url: "https://x.y/z"}
  pagerduty: {integration_key: k}
pitr_timestamp: 2026-01-01T00:00:00Z
triggered_by: weekly
`
