import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, verify } from 'node:crypto'
import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { SignedActivityEntry } from '../../src/contract/activity.ts'
import { canonicalJson } from '../../src/contract/canonical-json.ts'
import { appendActivity, JOURNAL_FILE } from '../../src/journal/activity/append.ts'
import { check, event, freshFolder, journalOf, linesOfProblems, problemsOf, testKey, UNSIGNED } from './support.ts'

const parse = (line: string) => JSON.parse(line) as SignedActivityEntry & Record<string, unknown>
const linesIn = async (file: string) => (await readFile(file, 'utf8')).trimEnd().split('\n')
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** Every place in a value: `actor.pid`, `details.place`. */
function places(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([name, inner]) => places(inner, [...path, name]))].filter(
    (one) => one.length > 0,
  )
}

function changed(line: string, path: string[]): string {
  const entry = JSON.parse(line) as Record<string, unknown>
  const parent = path.slice(0, -1).reduce((object, name) => object[name] as Record<string, unknown>, entry)
  const name = path.at(-1) as string
  const old = parent[name]
  parent[name] =
    typeof old === 'string'
      ? old.replace(/.$/, (last) => (last === '1' ? '2' : '1'))
      : typeof old === 'number'
        ? old + 1
        : typeof old === 'boolean'
          ? !old
          : old === null
            ? 'x'
            : null
  return canonicalJson(entry)
}

describe('the activity journal', () => {
  it('is a hash chain of canonical lines, each signed over all but its signature', async () => {
    const key = testKey()
    const { file } = await journalOf(key, 3)
    const lines = await linesIn(file)
    const entries = lines.map(parse)
    assert.deepEqual(
      entries.map(({ seq, subject, previous }) => [seq, subject, previous]),
      [
        [1, 'thing 1', null],
        [2, 'thing 2', sha256(lines[0] ?? '')],
        [3, 'thing 3', sha256(lines[1] ?? '')],
      ],
    )
    for (const [at, { signature, ...entry }] of entries.entries()) {
      assert.equal(canonicalJson({ ...entry, signature }), lines[at])
      // by hand, with Node's own verification
      const data = Buffer.from(`coffer-activity/1\n${canonicalJson(entry)}`)
      const publicKey = { key: key.known.publicKey, format: 'der' as const, type: 'spki' as const }
      assert.equal(verify(null, data, publicKey, Buffer.from(signature ?? '', 'base64')), true)
    }
    const verdict = await check(file, key)
    assert.deepEqual([verdict.verdict, verdict.covered, verdict.problems_total], ['PASSED', 3, 0])
    assert.equal(verdict.headline, 'Nothing was changed: 3 entries verified')
    assert.equal(verdict.remembered.state, 'matches')
  })

  it('names the line for every field that was changed, in the middle and at the end', async () => {
    const key = testKey({ remembers: false })
    const { file } = await journalOf(key, 4)
    const lines = await linesIn(file)
    let tried = 0
    for (const at of [0, 1, 3]) {
      for (const place of places(parse(lines[at] ?? ''))) {
        const bad = changed(lines[at] ?? '', place)
        assert.notEqual(bad, lines[at])
        await writeFile(file, `${lines.with(at, bad).join('\n')}\n`)
        const verdict = await check(file, key)
        tried++
        // nobody can say what a line says whose key is not known: that is told, and nothing passes
        if (at === 3 && place.join() === 'key') {
          assert.equal(verdict.verdict, 'INDETERMINATE')
          assert.match(verdict.headline, /the key of line 4 .* is not known here/)
          continue
        }
        assert.equal(verdict.verdict, 'FAILED', `line ${at + 1}, ${place.join('.')}`)
        assert.ok(linesOfProblems(verdict).includes(at + 1), `line ${at + 1}, ${place.join('.')}: ${verdict.headline}`)
        assert.match(verdict.headline, new RegExp(`^Line ${at + 1} is not as it was written`), place.join('.'))
      }
    }
    assert.ok(tried > 90, `${tried} fields`)
  })

  it('names every single byte that was changed', async () => {
    const key = testKey({ remembers: false })
    const { file } = await journalOf(key, 3)
    const bytes = await readFile(file)
    for (let at = 0; at < bytes.length; at += 3) {
      const bad = Buffer.from(bytes)
      bad[at] = (bad[at] ?? 0) ^ 0x01
      await writeFile(file, bad)
      assert.notEqual((await check(file, key)).verdict, 'PASSED', `byte ${at}`)
    }
  })

  it('names lines that were removed, put in, repeated or moved', async () => {
    const key = testKey()
    const { file } = await journalOf(key, 6)
    const lines = await linesIn(file)
    const judge = async (some: (string | undefined)[]) => {
      await writeFile(file, `${some.join('\n')}\n`)
      return check(file, key)
    }
    const [a, b, c, d, e, f] = lines
    const removed = await judge([a, b, d, e, f])
    assert.deepEqual(problemsOf(removed), ['3: line 3 is missing before it'])
    const two = await judge([a, d, e, f])
    assert.deepEqual(problemsOf(two), ['2: lines 2 to 3 are missing before it'])
    const first = await judge([b, c, d, e, f])
    assert.deepEqual(problemsOf(first), ['1: line 1 is missing before it'])
    const repeated = await judge([a, b, b, c, d, e, f])
    assert.deepEqual(linesOfProblems(repeated), [3])
    assert.match(repeated.headline, /Line 3 .* it was put in or has changed its place/)
    const moved = await judge([a, c, b, d, e, f])
    assert.deepEqual(linesOfProblems(moved), [2, 3])
    const forged = canonicalJson({ ...parse(c ?? ''), subject: 'forged', signature: null, key: null, unsigned: 'x' })
    const putIn = await judge([a, b, forged, c, d, e, f])
    assert.equal(putIn.verdict, 'FAILED')
    assert.ok(linesOfProblems(putIn).includes(4), JSON.stringify(putIn.problems))
    const garbage = await judge([a, b, 'no line', c, d, e, f])
    assert.deepEqual(linesOfProblems(garbage).slice(0, 1), [3])
    assert.equal((await judge(lines)).verdict, 'PASSED')
  })

  it('notices lines cut off at the end where they are remembered, and says where they are not', async () => {
    const key = testKey()
    const { file, folder } = await journalOf(key, 5)
    const lines = await linesIn(file)
    await writeFile(file, `${lines.slice(0, 3).join('\n')}\n`)
    const cut = await check(file, key)
    assert.equal(cut.verdict, 'FAILED')
    assert.match(cut.headline, /lines 4 to 5 were there/)
    const forgotten = await check(file, { ...key, head: null })
    assert.equal(forgotten.verdict, 'PASSED')
    assert.equal(forgotten.remembered.state, 'none')
    // what is written next does not cover the hole up, although the memory goes on
    await appendActivity(folder, [event('after the cut')], key)
    await appendActivity(folder, [event('and one more')], key)
    const later = await check(file, key)
    assert.equal(later.verdict, 'FAILED')
    assert.equal(later.remembered.state, 'matches')
    assert.match(later.headline, /Line 4 .*the journal ended at line 3 when line 5 was remembered/)
  })

  it('a line replaced by another one that fits is noticed by what is remembered', async () => {
    const key = testKey()
    const { file } = await journalOf(key, 2)
    const lines = await linesIn(file)
    await writeFile(file, `${lines[0]}\n`)
    await appendActivity(join(file, '..'), [event('another')], UNSIGNED)
    const verdict = await check(file, key)
    assert.equal(verdict.verdict, 'FAILED')
    assert.match(verdict.remembered.reason, /line 2 is not the one that is remembered/)
  })

  it('unsigned lines are indeterminate with the reason; a later signature covers them', async () => {
    const key = testKey({ remembers: false })
    const { folder, file } = await journalOf(UNSIGNED, 2)
    const bare = await check(file, key)
    assert.equal(bare.verdict, 'INDETERMINATE')
    assert.deepEqual(bare.reasons, ['no line is signed: no keychain answers here'])
    await appendActivity(folder, [event('signed')], key)
    const covered = await check(file, key)
    assert.deepEqual([covered.verdict, covered.covered, covered.signed], ['PASSED', 3, 1])
    assert.match(covered.remarks[0] ?? '', /2 lines had no signature when written/)
    await appendActivity(folder, [event('bare again')], UNSIGNED)
    const tail = await check(file, key)
    assert.deepEqual([tail.verdict, tail.covered], ['INDETERMINATE', 3])
    assert.match(tail.reasons[0] ?? '', /no signature covers the lines after 3: no keychain answers here/)
  })

  it('a journal that was written anew with another key does not pass', async () => {
    const key = testKey()
    const { file } = await journalOf(key, 3)
    const forger = testKey()
    const forged = await journalOf(forger, 3)
    await writeFile(file, await readFile(forged.file))
    const { verdict, reasons } = await check(file, { ...key, head: null })
    assert.equal(verdict, 'INDETERMINATE')
    assert.match(reasons[0] ?? '', /key of lines 1 to 3 .* is not known here/)
    const listed = await check(file, { ...key, head: null }, [key.known, { ...forger.known, confirmedBy: null }])
    assert.equal(listed.verdict, 'INDETERMINATE')
    assert.match(listed.reasons[0] ?? '', /only the profile's own folder vouches for/)
    assert.equal((await check(file, key)).verdict, 'FAILED')
  })

  it('a signature that does not fit is found at the end too', async () => {
    const key = testKey({ remembers: false })
    const other = testKey()
    const { file } = await journalOf(key, 3)
    const lines = await linesIn(file)
    const theirs = await journalOf(other, 3)
    const { signature } = parse((await linesIn(theirs.file))[2] ?? '')
    const bad = canonicalJson({ ...parse(lines[2] ?? ''), signature })
    await writeFile(file, `${[...lines.slice(0, 2), bad].join('\n')}\n`)
    const verdict = await check(file, key)
    assert.deepEqual([verdict.verdict, verdict.covered], ['FAILED', 2])
    assert.deepEqual(linesOfProblems(verdict), [3])
  })

  it('a torn last line is named, kept, and explained by the next one', async () => {
    const key = testKey()
    const { folder, file } = await journalOf(key, 2)
    const whole = await readFile(file)
    await appendFile(file, '{"action":"backup","actor":{"ho')
    const torn = await check(file, key)
    assert.equal(torn.verdict, 'PASSED')
    assert.match(torn.remarks.join('\n'), /line 3, the last, was cut off while it was written \(31 bytes\)/)
    const unknown = await check(file, { ...key, head: null })
    assert.equal(unknown.verdict, 'INDETERMINATE')
    await appendActivity(folder, [event('after the crash')], key)
    const bytes = await readFile(file)
    assert.ok(bytes.subarray(0, whole.length).equals(whole))
    assert.ok(bytes.includes('{"action":"backup","actor":{"ho\n'))
    const healed = await check(file, key)
    assert.deepEqual([healed.verdict, healed.lines, healed.problems_total], ['PASSED', 5, 0])
    assert.match(healed.remarks.join('\n'), /line 3 was cut off .* as the next line says/)
    // the torn bytes are covered too
    await writeFile(
      file,
      bytes.toString().replace('{"action":"backup","actor":{"ho\n', '{"action":"restore","actor":{"h\n'),
    )
    assert.deepEqual(linesOfProblems(await check(file, key)).slice(0, 1), [3])
  })

  it('a whole line that lost its end is damage, not a crash, where it is remembered', async () => {
    const key = testKey()
    const { file } = await journalOf(key, 2)
    await truncate(file, (await readFile(file)).length - 40)
    const verdict = await check(file, key)
    assert.equal(verdict.verdict, 'FAILED')
    assert.ok(linesOfProblems(verdict).includes(2))
  })

  it('a clock that was set back is told', async () => {
    const key = testKey()
    const folder = freshFolder()
    await appendActivity(folder, [event('now')], key, () => 1_800_000_000_000)
    await appendActivity(folder, [event('earlier')], key, () => 1_800_000_000_000 - 90_000)
    const verdict = await check(join(folder, JOURNAL_FILE), key)
    assert.equal(verdict.verdict, 'PASSED')
    assert.match(verdict.remarks[0] ?? '', /line 2 is dated 90 seconds before the line before it/)
  })

  it('several processes at once get a place each, also while some are killed', async () => {
    const folder = freshFolder()
    const child = join(import.meta.dirname, 'append-child.ts')
    const run = (name: string, killAfter: number | null) =>
      new Promise<number>((resolve) => {
        const process_ = spawn(process.execPath, [child, folder, name, '40'], { stdio: ['ignore', 'pipe', 'inherit'] })
        let told = 0
        process_.stdout.setEncoding('utf8').on('data', (text: string) => {
          told += text.split('\n').length - 1
          if (killAfter !== null && told >= killAfter) process_.kill('SIGKILL')
        })
        process_.on('close', () => resolve(told))
      })
    const told = await Promise.all([run('a', null), run('b', 9), run('c', null), run('d', 17)])
    assert.deepEqual([told[0], told[2]], [40, 40])
    const key = testKey()
    await appendActivity(folder, [event('the end')], key)
    const verdict = await check(join(folder, JOURNAL_FILE), key)
    assert.equal(verdict.verdict, 'PASSED', JSON.stringify(verdict.problems))
    const lines = (await linesIn(join(folder, JOURNAL_FILE))).map((line) => /"subject":"([a-d] \d+)"/.exec(line)?.[1])
    for (const [at, name] of ['a', 'b', 'c', 'd'].entries()) {
      // what a process was told of is there, and in its order
      const own = lines.filter((subject) => subject?.startsWith(`${name} `))
      assert.ok(own.length >= (told[at] ?? 0), `${name}: ${own.length} of ${told[at]}`)
      assert.deepEqual(
        own,
        own.map((_, index) => `${name} ${index + 1}`),
      )
    }
  })
})
