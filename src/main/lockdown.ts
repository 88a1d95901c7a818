import type { App, Session, Shell, WebContents } from 'electron'
import { isExternalLink } from '../contract/external-links.ts'
import { ORIGIN } from './protocol.ts'

/**
 * What the window can't do (Electron's security checklist): go elsewhere, open windows or embed pages, get a permission,
 * download, or load anything that is not one of its own files. A link to a known source opens in the system's browser.
 */
export function denyEverythingElse(app: App, session: Session, shell: Shell): void {
  app.on('web-contents-created', (_, contents) => denyContents(contents, shell))
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.setDisplayMediaRequestHandler((_request, answer) => answer({}))
  session.on('will-download', (event) => event.preventDefault())
  session.webRequest.onBeforeRequest((details, answer) => {
    const allowed = details.url.startsWith(`${ORIGIN}/`) || /^(data|blob):/.test(details.url)
    answer({ cancel: !allowed })
  })
}

function denyContents(contents: WebContents, shell: Shell): void {
  contents.on('will-navigate', (event) => event.preventDefault())
  contents.on('will-frame-navigate', (event) => event.preventDefault())
  contents.on('will-redirect', (event) => event.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    if (isExternalLink(url)) void shell.openExternal(url)
    return { action: 'deny' }
  })
}
