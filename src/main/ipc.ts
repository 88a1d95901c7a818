import type { IpcMain, IpcMainInvokeEvent, WebContents } from 'electron'
import type { CallHandlers } from '../contract/ipc/map.ts'
import { CALL_NAMES, channelOf, EVENT_CHANNEL } from '../contract/ipc/names.ts'
import { answer, type Reply } from '../contract/ipc/reply.ts'
import type { Services } from '../worker/services/services.ts'
import { ORIGIN } from './protocol.ts'

const STRANGER: Reply = {
  ok: false,
  error: { code: 'USAGE', message: 'the call came from elsewhere than the main frame of the window' },
}

/** Serves the calls of the map and nothing else, to the main frame of the window and nobody else. */
export function serveCalls(ipcMain: IpcMain, handlers: CallHandlers, current: () => WebContents | null): void {
  for (const name of CALL_NAMES) {
    ipcMain.handle(channelOf(name), (event, input: unknown): Promise<Reply> => {
      return isOurs(event, current()) ? answer(handlers, name, input) : Promise.resolve(STRANGER)
    })
  }
}

/** Sends what the jobs tell to the window. */
export function sendEvents(services: Services, current: () => WebContents | null): void {
  services.subscribe((event) => {
    const contents = current()
    if (contents !== null && !contents.isDestroyed()) contents.send(EVENT_CHANNEL, event)
  })
}

function isOurs(event: IpcMainInvokeEvent, contents: WebContents | null): boolean {
  const frame = event.senderFrame
  return contents !== null && frame !== null && frame === contents.mainFrame && frame.origin === ORIGIN
}
