import assert from 'node:assert/strict'
import { access, glob, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { after, before, test } from 'node:test'
import { runCommand, type World } from '../../src/cli/run.ts'
import { VERBS } from '../../src/cli/verbs/table.ts'
import type { JobOutcome, JobRequest } from '../../src/contract/jobs.ts'
import { ROOT } from './program.ts'

/** Commands as the help, the README and the guides write them are taken as they stand, up to the job that they ask for. */

const CONFIG =
  'mode: backup\nbackup_id: b\nstorage: /b\nsource:\n  bootstrap_servers: ["k:9092"]\n  topics: { include: [a] }\n'
const start = process.cwd()
let folder = ''
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coffer-examples-'))
  process.chdir(folder)
})
after(async () => {
  process.chdir(start)
  await rm(folder, { recursive: true, force: true })
})

/** The words of a command line, as a shell would split it; what follows a pipe or a comment is not Coffer's. */
function words(line: string): string[] {
  const found: string[] = []
  for (const [token] of line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)) {
    if (token === '|' || token.startsWith('#') || token === '>' || token === '&&') break
    found.push(token.replace(/["']/g, ''))
  }
  return found
}

async function asked(line: string): Promise<JobRequest> {
  const args = words(line)
  assert.equal(args.shift(), 'coffer', line)
  const relative = args.filter((one) => /\.ya?ml$/.test(one) && !one.startsWith('/'))
  for (const file of relative) await writeFile(join(folder, file), CONFIG)
  let err = ''
  let request: JobRequest | null = null
  const failed: JobOutcome = { state: 'failed', error: { code: 'INTERRUPTED', message: 'seen' } }
  const nothing = () => {}
  const world: World = {
    terminal: {
      ...{ live: false, columns: 80, rows: 24, out: nothing, data: nothing, control: nothing },
      err: (text) => {
        err += text
      },
    },
    environment: {},
    runJob: async (one) => {
      request = one
      return failed
    },
    exit: nothing,
  }
  await runCommand(args, world)
  assert.ok(request !== null, `${line}\n${err}`)
  return request
}

for (const verb of VERBS) {
  test(`the examples of ${verb.name} are taken`, async () => {
    for (const example of verb.examples) {
      const at = example.lastIndexOf(`coffer ${verb.name}`)
      assert.ok(at >= 0, example)
      assert.ok('kind' in (await asked(example.slice(at).replaceAll('\\\n', ' '))))
    }
  })
}

test('so are the commands of the README and the guides', async () => {
  let seen = 0
  for await (const name of glob(['README.md', 'docs/**/*.md'], { cwd: ROOT })) {
    const text = await readFile(join(ROOT, name), 'utf8')
    for (const [, block] of text.matchAll(/^```(?:bash|sh|console)\n([\s\S]*?)^```/gm)) {
      for (const line of (block ?? '').replaceAll('\\\n', ' ').split('\n')) {
        const command = /^(?:\$ )?(coffer [a-z].*)$/.exec(line)?.[1]
        if (command === undefined || /^coffer (help|version)\b/.test(command)) continue
        await asked(command).catch((error: Error) => assert.fail(`${name}: ${error.message}`))
        seen++
      }
    }
  }
  assert.ok(seen >= 8, `${seen}`)
})

test('scripts that the README names are there', async () => {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
  const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  const named = [...readme.matchAll(/npm run (?:-s )?([a-z:]+)/g)].map(([, name]) => name as string)
  assert.ok(named.length > 4)
  for (const name of named) assert.ok(Object.hasOwn(scripts, name), `npm run ${name}`)
  for (const [, file] of readme.matchAll(/node (bench\/[\w-]+\.ts)/g)) await access(join(ROOT, file as string))
  for (const [, file] of readme.matchAll(/\]\(([^)#:]+)\)/g)) await access(join(ROOT, file as string))
})
