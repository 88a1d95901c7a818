import { readdir } from 'node:fs/promises'
import { isCofferError } from '../../src/contract/errors.ts'
import { openStorage } from '../../src/storage/open.ts'

/** A writer in a process of its own. It is told what to do, round by round, and answers each with a word. */
const [folder = '', name = ''] = process.argv.slice(2)
const storage = await openStorage({ backend: 'filesystem', path: folder })

type Order =
  | { do: 'names' }
  | { do: 'absent'; key: string }
  | { do: 'count'; key: string; times: number }
  | { do: 'fill'; bytes: number }

async function obey(order: Order): Promise<string> {
  if (order.do === 'absent') {
    await storage.put(order.key, Buffer.from(name.repeat(1000)), { ifAbsent: true })
    return 'won'
  }
  if (order.do === 'count') {
    for (let done = 0; done < order.times; ) {
      const { body, etag } = await storage.get(order.key)
      const next = Buffer.from(`${Number.parseInt(body.toString(), 10) + 1} ${name}`)
      const outcome = await storage.put(order.key, next, { ifMatch: etag }).catch((error: unknown) => error)
      if (isCofferError(outcome, 'OBJECT_CHANGED')) continue
      if (outcome instanceof Error) throw outcome
      done++
    }
    return 'done'
  }
  if (order.do === 'names') return JSON.stringify(await readdir(folder, { recursive: true }))
  const block = Buffer.alloc(64 * 1024, name)
  const parts = Array.from({ length: Math.ceil(order.bytes / block.length) }, () => block)
  await storage.put('filled', parts)
  return 'done'
}

process.on('message', (order: Order) => {
  obey(order).then(
    (answer) => process.send?.(answer),
    (error: unknown) => process.send?.(isCofferError(error) ? error.code : String(error)),
  )
})
process.send?.('ready')
