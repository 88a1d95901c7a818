import { CofferError } from '../contract/errors.ts'
import { downloadAddress, type HeldFile, type PickInput } from '../contract/ipc/calls/files.ts'
import { give, host } from './host.ts'

/**
 * Files in and out of the window, the same in both hosts: on the desktop by the system's dialogs, in a browser by its
 * own chooser, upload and download. Everything is answered with held files, whose ids the calls take.
 */

/** Whether folders can be chosen by a dialog. Where not, offer a field for its path and `holdPath`. */
export const hasNativeDialogs = window.coffer !== undefined

export interface PickOptions extends Omit<PickInput, 'kind' | 'several'> {
  several?: boolean
}

/** @param onSent how far an upload is, where there is one. @returns none where nothing was chosen */
export async function pickFiles(
  options: PickOptions,
  onSent?: (file: File, bytes: number) => void,
): Promise<HeldFile[]> {
  const { title, filters, several = false } = options
  if (hasNativeDialogs) return host.call('files.pick', { kind: 'file', title, filters, several })
  const chosen = await chooseInBrowser(filters, several)
  return giveAll(chosen, onSent)
}

/** @returns null where it was cancelled. @throws UNSUPPORTED in a browser, see `hasNativeDialogs` */
export async function pickFolder(title: string): Promise<HeldFile | null> {
  const [folder] = await host.call('files.pick', { kind: 'folder', title, filters: [], several: false })
  return folder ?? null
}

/** A path that was typed. @throws USAGE where there is nothing */
export function holdPath(path: string): Promise<HeldFile> {
  return host.call('files.hold', { path })
}

/** Files that were dropped (`event.dataTransfer.files`). */
export async function giveAll(
  files: Iterable<File>,
  onSent?: (file: File, bytes: number) => void,
  signal?: AbortSignal,
): Promise<HeldFile[]> {
  const held: HeldFile[] = []
  for (const file of files) held.push(await give(file, (bytes) => onSent?.(file, bytes), signal))
  return held
}

/** @returns the path where it was saved; in a browser, which doesn't tell, null. Null too where it was cancelled. */
export async function saveAs(file: Pick<HeldFile, 'id' | 'name'>): Promise<string | null> {
  if (hasNativeDialogs) return (await host.call('files.saveAs', { id: file.id, name: file.name })).saved
  const link = document.createElement('a')
  link.href = downloadAddress(file.id)
  link.download = file.name
  link.click()
  return null
}

/** Saves text that the page made. @param text at most MAX_TEXT characters */
export async function saveText(name: string, text: string): Promise<string | null> {
  return saveAs(await host.call('files.make', { name, text }))
}

/** The bytes of a held file, for display. @throws USAGE where the host doesn't hold it any more */
export async function bytesOf(id: string, signal?: AbortSignal): Promise<Uint8Array> {
  const response = await fetch(downloadAddress(id), signal === undefined ? {} : { signal })
  if (!response.ok) throw new CofferError('USAGE', 'the host does not have this file any more')
  return new Uint8Array(await response.arrayBuffer())
}

function chooseInBrowser(filters: PickInput['filters'], several: boolean): Promise<File[]> {
  const input = document.createElement('input')
  input.type = 'file'
  input.multiple = several
  input.accept = filters.flatMap((filter) => filter.extensions.map((extension) => `.${extension}`)).join(',')
  return new Promise((resolve) => {
    input.addEventListener('change', () => resolve([...(input.files ?? [])]))
    input.addEventListener('cancel', () => resolve([]))
    input.click()
  })
}
