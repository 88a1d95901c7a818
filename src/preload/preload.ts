import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { CALL_NAMES, channelOf, EVENT_CHANNEL } from '../contract/ipc/names.ts'
import type { Bridge } from '../contract/ipc/reply.ts'

/** The one bridge: a function for each call of the map, one for the events and one for a dropped file. `ipcRenderer` itself stays here. */
const calls = CALL_NAMES.map((name) => [name, (input: unknown) => ipcRenderer.invoke(channelOf(name), input)] as const)

const subscribe: Bridge['subscribe'] = (listener) => {
  // Electron's event object would hand out the sender: only the data goes on.
  const forward = (_: unknown, data: unknown) => listener(data)
  ipcRenderer.on(EVENT_CHANNEL, forward)
  return () => void ipcRenderer.off(EVENT_CHANNEL, forward)
}

// Electron alone knows where a dropped file lies; of one that a page made up it knows nothing (''), and the call is refused.
const hold: Bridge['hold'] = (file) =>
  ipcRenderer.invoke(channelOf('files.hold'), { path: webUtils.getPathForFile(file as File) })

contextBridge.exposeInMainWorld('coffer', { calls: Object.fromEntries(calls), subscribe, hold })
