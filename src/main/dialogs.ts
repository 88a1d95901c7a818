import type { BaseWindow, Dialog, Shell } from 'electron'
import type { Dialogs } from '../worker/services/dialogs.ts'

/** The system's own dialogs, in front of the window. @param current none while it is closed: the dialogs stand alone then */
export function nativeDialogs(dialog: Dialog, shell: Shell, current: () => BaseWindow | null): Dialogs {
  return {
    async open({ kind, title, filters, several }) {
      const properties: Electron.OpenDialogOptions['properties'] =
        kind === 'folder' ? ['openDirectory', 'createDirectory'] : ['openFile']
      if (several) properties.push('multiSelections')
      const options = { title, filters, properties }
      const window = current()
      const { filePaths } =
        window === null ? await dialog.showOpenDialog(options) : await dialog.showOpenDialog(window, options)
      return filePaths
    },
    async save(name) {
      const options: Electron.SaveDialogOptions = {
        defaultPath: name,
        properties: ['createDirectory', 'showOverwriteConfirmation'],
      }
      const window = current()
      const { canceled, filePath } =
        window === null ? await dialog.showSaveDialog(options) : await dialog.showSaveDialog(window, options)
      return canceled || filePath === '' ? null : filePath
    },
    reveal: (path) => shell.showItemInFolder(path),
  }
}
