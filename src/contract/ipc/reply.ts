import { z } from 'zod'
import { CofferError, deserializeError, type SerializedError, serializeError } from '../errors.ts'
import { serializedError } from './error.ts'
import { type WindowEvent, windowEvent } from './job.ts'
import { CALLS, type CallHandlers, type CallInput, type CallOutput, isCallName } from './map.ts'
import type { CallName } from './names.ts'
import { type NoticeEvent, noticeEvent } from './notice.ts'

/** What a host answers: a value, or an error without its stack. */
export type Reply = { ok: true; value: unknown } | { ok: false; error: SerializedError }

const reply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), error: serializedError }),
])

/**
 * The host's end of a call: checks the name and the input, runs the handler and checks its output.
 * Never rejects: whatever goes wrong is an error reply with a code, so that no stack or path leaks through a transport.
 */
export async function answer(handlers: CallHandlers, name: string, input: unknown): Promise<Reply> {
  try {
    if (!isCallName(name)) throw new CofferError('USAGE', `expected a call of the contract, got "${name.slice(0, 80)}"`)
    const handler = handlers[name] as (input: unknown) => Promise<unknown>
    const value = await handler(checked(name, 'input', input))
    return { ok: true, value: checked(name, 'output', value) }
  } catch (error) {
    const { stack: _, ...rest } = serializeError(error)
    return { ok: false, error: rest }
  }
}

/** How the renderer reaches its host: over preload's bridge, or over the web host. */
export interface Transport {
  invoke(name: CallName, input: unknown): Promise<unknown>
  /** @returns what ends the subscription */
  subscribe(listener: (event: unknown) => void, onReconnect: () => void): () => void
}

/** What preload puts into the window as `coffer`. */
export interface Bridge {
  calls: Record<CallName, (input: unknown) => Promise<unknown>>
  subscribe(listener: (event: unknown) => void): () => void
  /** What `files.hold` answers for a file or folder that was dropped: a DOM `File`. */
  hold(file: object): Promise<unknown>
}

/** The renderer's end: the same checks from the other side. Rejects with the host's CofferError. */
export class Client {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  async call<K extends CallName>(name: K, input: CallInput<K>): Promise<CallOutput<K>> {
    return this.settle(name, await this.#transport.invoke(name, checked(name, 'input', input)))
  }

  /** Events of all jobs. `onReconnect` tells that some may have been missed: ask for `jobs.list` again. */
  subscribe(listener: (event: WindowEvent) => void, onReconnect: () => void): () => void {
    return this.#transport.subscribe((data) => {
      const event = windowEvent.safeParse(data)
      if (event.success) listener(event.data)
    }, onReconnect)
  }

  /** What a browser's host tells of schedules. @returns what ends it */
  onNotice(listener: (notice: NoticeEvent) => void): () => void {
    return this.#transport.subscribe(
      (data) => {
        const notice = noticeEvent.safeParse(data)
        if (notice.success) listener(notice.data)
      },
      () => {},
    )
  }

  /** What a host answered, however it was asked: its value, checked. @throws the host's CofferError */
  settle<K extends CallName>(name: K, answer: unknown): CallOutput<K> {
    const answered = reply.safeParse(answer)
    if (!answered.success) throw new CofferError('UNEXPECTED', `the host answered "${name}" with what is no reply`)
    if (!answered.data.ok) throw deserializeError(answered.data.error)
    return checked(name, 'output', answered.data.value) as CallOutput<K>
  }
}

function checked(name: CallName, side: 'input' | 'output', value: unknown): unknown {
  const result = CALLS[name][side].safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const where = issue === undefined || issue.path.length === 0 ? '' : ` at "${issue.path.join('.')}"`
  // Zod's issue says what was expected, and never the value: it may be a secret.
  const what = issue?.message.replace(/^./, (first) => first.toLowerCase()) ?? 'it does not fit'
  throw new CofferError(
    side === 'input' ? 'USAGE' : 'UNEXPECTED',
    `the ${side} of "${name}" is not what the contract says${where}: ${what}`,
  )
}
