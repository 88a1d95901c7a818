import { text } from 'node:stream/consumers'
import { answer, Client } from '../../src/contract/ipc/reply.ts'
import { Services } from '../../src/worker/services/services.ts'
import { fakeRunJob } from '../window/fake-run-job.ts'

/** The services as a host has them, in a process of its own; jobs are faked, the vault is not. Secrets come by standard input. */

const [action, profile] = process.argv.slice(2)
if (profile === undefined) throw new Error('expected save|use|remove|file|unlock and a profile')

const fake = fakeRunJob(() => ({
  state: 'done',
  exitCode: 0,
  result: { kind: 'check', config: 'x', verdict: 'PASSED', steps: [] },
}))
const services = new Services({
  runJob: fake.run,
  profile,
  directory: profile,
  environment: { PATH: process.env.PATH },
  host: 'browser',
  version: 'test',
})
const client = new Client({
  invoke: (name, input) => answer(services.handlers, name, structuredClone(input)),
  subscribe: (listener) => services.subscribe(listener),
})
const yaml = `bootstrap_servers: [localhost:1]\nsecurity: { sasl_password: "$\{PW}" }\n`

async function save(value: string) {
  const [known] = await client.call('connections.list', null)
  const input = { id: known?.id ?? null, name: 'one', kind: 'source', yaml, secrets: { PW: value } } as const
  return client.call('connections.save', input)
}

/** What a job of the connection is given. */
async function environmentOf(): Promise<string | null> {
  const [known] = await client.call('connections.list', null)
  if (known === undefined) return null
  await client.call('connections.check', { id: known.id })
  return fake.requests.at(-1)?.environment.PW ?? null
}

async function run(): Promise<unknown> {
  switch (action) {
    case 'save': {
      const { variables } = await save(await text(process.stdin))
      return { variables, state: await client.call('vault.state', null) }
    }
    case 'use': {
      const environment = await environmentOf()
      const told = [await client.call('connections.list', null), await client.call('vault.state', null)]
      return { told, environment }
    }
    case 'remove': {
      const [known] = await client.call('connections.list', null)
      if (known !== undefined) await client.call('connections.remove', { id: known.id })
      return {}
    }
    case 'file': {
      const [value = '', passphrase = ''] = (await text(process.stdin)).split('\n')
      await save(value)
      await client.call('vault.create', { passphrase })
      const [known] = await client.call('connections.list', null)
      return { variables: known?.variables }
    }
    case 'unlock': {
      const before = (await client.call('vault.state', null)).state
      const { state } = await client.call('vault.unlock', { passphrase: await text(process.stdin) })
      return { before, state, environment: await environmentOf() }
    }
    default:
      throw new Error(`unknown action "${action}"`)
  }
}

try {
  console.log(JSON.stringify(await run()))
} catch (error) {
  const { code, message } = error as { code?: string; message: string }
  console.error(`${message} [${code}]`)
  process.exitCode = 1
}
await services.close(100)
