import type { App, Session } from 'electron'
import { ORIGIN } from './protocol.ts'

/**
 * What the window can't do (Electron's security checklist): go elsewhere, open windows or embed pages, get a permission,
 * download, or load anything that is not one of its own files.
 */
export function denyEverythingElse(app: App, session: Session): void {
  app.on('web-contents-created', (_, contents) => {
    contents.on('will-navigate', (event) => event.preventDefault())
    contents.on('will-frame-navigate', (event) => event.preventDefault())
    contents.on('will-redirect', (event) => event.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  })
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.on('will-download', (event) => event.preventDefault())
  session.webRequest.onBeforeRequest((details, answer) => {
    const allowed = details.url.startsWith(`${ORIGIN}/`) || /^(data|devtools|blob):/.test(details.url)
    answer({ cancel: !allowed })
  })
}
